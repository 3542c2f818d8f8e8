#!/usr/bin/no-such-interpreter -w
