"""Runs a WSGI application (PEP 3333) as whatever its surroundings ask for.

    python3 spillway_wsgi.py [--chdir DIR] [--scgi ADDRESS | --http ADDRESS] MODULE:CALLABLE

    --scgi ADDRESS         an SCGI server, one request at a time      } HOST:PORT, [IPv6]:PORT or unix:PATH
    --http ADDRESS         HTTP for development, a thread a request   }
    SPILLWAY_CONTROL_FD    a worker that its parent hands its connections to (see src/prefork/worker-protocol.ts)
    LISTEN_FDS, or a listening socket as standard input: an SCGI server on a socket that is shared with others
    GATEWAY_INTERFACE      a CGI program: one request, then the end

Strings of `environ`, of the status and of header fields are bytes as latin-1, as PEP 3333 has it. MODULE is looked for in the
working directory first, as `python3 -m` does. Nothing but the standard library is needed; Python 3.9 or later.

An application finds the bus as `environ['spillway.bus']`, or by `from spillway_wsgi import bus` while its module is loaded.
"""

import io
import os
import re
import sys

_CHUNK = 65536
# A worker serves one request at a time: who says nothing must not have it for good. Seconds, for one receive or send.
_RECEIVE_TIMEOUT = 30
_SEND_TIMEOUT = 60
_HEAD_TIMEOUT = 30
# How long an unread rest of a request is taken after the answer, so that closing does not destroy the answer on its way.
_DRAIN_TIMEOUT = 2
_MAX_HEAD_BYTES = 1 << 20
# After so many visitors that were waited for, accepting is tried again without waiting.
_UNHOPEFUL = 64
_SCOPES = ('worker', 'application', 'gateway')

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
_CONTROL = re.compile('[\x00-\x1f\x7f]')
_STATUS = re.compile('[2-9][0-9][0-9] ')
_DIGITS = re.compile('[0-9]+\\Z')
_EVENT = re.compile('[a-z][a-z0-9-]{0,63}\\Z')
_SAFE_ID = re.compile('[A-Za-z0-9._@-]{1,128}\\Z')
# RFC 9112 and wsgiref.util.is_hop_by_hop: the connection is the server's. Status is CGI's way to say the status.
_RESERVED = frozenset((
    'connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer', 'trailers',
    'transfer-encoding', 'upgrade', 'status',
))
_PLAIN, _LENGTH = 1, 2
_field_kinds = {}
# What was found of statuses and of kinds of results: an application has few.
_statuses = set()
_sized_kinds = {}


class VisitorLeft(ConnectionResetError):
    """The connection ended before the whole body came."""


class BusRefused(Exception):
    """An event was not let through; says why."""


class FileWrapper:
    """`wsgi.file_wrapper`: a file as blocks of at most `block_size` bytes, or sent by the kernel where that can be."""

    def __init__(self, file, block_size=_CHUNK):
        self.file = file
        self.block_size = block_size
        if hasattr(file, 'close'):
            self.close = file.close

    def __iter__(self):
        return self

    def __next__(self):
        block = self.file.read(self.block_size)
        if block:
            return block
        raise StopIteration


class _Body(io.RawIOBase):
    """The rest of a request body that has not come yet; `receive_into(buffer) -> int` reads from the connection."""

    def __init__(self, start, length, receive_into, look_into=None):
        self._start = start
        # Not received yet. 1 at the end where `look_into` leaves the last byte in the kernel's queue: see _Connection.
        self.remaining = length - len(start)
        self._receive_into = receive_into
        self._look_into = look_into
        self.held = 0

    def readable(self):
        return True

    def readinto(self, buffer):
        if self._start:
            count = min(len(buffer), len(self._start))
            buffer[:count] = self._start[:count]
            self._start = self._start[count:]
            return count
        left = self.remaining - self.held
        if left == 0 or len(buffer) == 0:
            return 0
        if self._look_into is None:
            count = self._receive(memoryview(buffer)[:left])
        elif left > 1:
            count = self._receive(memoryview(buffer)[:left - 1])
        else:
            count = self.held = self._look_into(memoryview(buffer)[:1])
            if count:
                return count
        if count == 0:
            raise VisitorLeft('%d bytes of the request body are missing' % left)
        self.remaining -= count
        return count

    def _receive(self, buffer):
        try:
            return self._receive_into(buffer)
        except BlockingIOError:
            # The time limit of the socket (SO_RCVTIMEO).
            raise VisitorLeft('no more of the request body came in %d s' % _RECEIVE_TIMEOUT) from None


class Exchange:
    """One request and its answer.

    start_response()          first block that is not empty,
           │                  write(), or the end                   all sent, or HEAD
      none ──► head kept ──────────────────────► head sent ────────────────────────► whole
       ▲          │ └─◄─┘ again, with exc_info       │
       └──────────┴── error: 500 ──► whole           └── error: cut
    """

    # Made for each request: what most of them never change is the class's.
    _http = False
    _head = None
    # What Content-Length says.
    _length = None
    _sent = 0
    _bodiless = False
    _may_have_body = True
    head_sent = False
    _finished = False
    # The error of a connection that takes nothing any more.
    _broken = None
    # What ends the process after this answer: SystemExit and its like.
    fatal = None

    def __init__(self, environ, send, descriptor):
        self.environ = environ
        self._send = send
        # Gives the descriptor of the output, for sendfile.
        self._descriptor = descriptor

    @property
    def announced(self):
        """Whether who reads can see that the answer is cut."""
        return self._length is not None and not self._bodiless

    def run(self, application):
        """True where the answer is whole, False where it was cut. Raises nothing."""
        try:
            result = application(self.environ, self.start_response)
            try:
                self._transmit(result)
            finally:
                # Whatever happened (PEP 3333).
                close = getattr(result, 'close', None)
                if close is not None:
                    close()
        except BaseException as error:
            return self._fail(error)
        return True

    def start_response(self, status, headers, exc_info=None):
        if exc_info:
            try:
                if self.head_sent:
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                # A circle of references through the traceback.
                exc_info = None
        elif self._head is not None:
            raise AssertionError('start_response was called a second time without exc_info')
        if type(status) is not str:
            raise TypeError('expected the status as str, found %r' % (status,))
        if status not in _statuses:
            _check_status(status)
        if type(headers) is not list:
            raise TypeError('expected the header fields as a list, found %s' % type(headers).__name__)
        length = None
        lines = ['HTTP/1.1 ' + status if self._http else 'Status: ' + status]
        for field in headers:
            if type(field) is not tuple or len(field) != 2:
                raise TypeError('expected header fields as tuples (name, value), found %r' % (field,))
            name, value = field
            if type(name) is not str or type(value) is not str:
                raise TypeError('expected name and value of a header field as str, found %r' % (field,))
            kind = _field_kinds.get(name) or _field_kind(name)
            if not (value.isascii() and value.isprintable()) and _CONTROL.search(value):
                raise ValueError('expected no control character in a header field, found %r' % (field,))
            if kind is _LENGTH:
                if _DIGITS.match(value) is None or length is not None:
                    raise ValueError('expected one Content-Length, a number; found %r' % (field,))
                length = int(value)
            lines.append(name + ': ' + value)
        head = '\r\n'.join(lines)
        try:
            self._head = head.encode('latin-1')
        except UnicodeEncodeError as error:
            raise ValueError('expected bytes as latin-1 in status and header fields, found %r'
                             % head[error.start:error.end]) from None
        self._length = length
        self._may_have_body = status[:3] not in ('204', '304')
        self._bodiless = not self._may_have_body or self.environ.get('REQUEST_METHOD') == 'HEAD'
        return self.write

    def write(self, data):
        """PEP 3333's write(): the first call sends the head, even with nothing behind it."""
        if not isinstance(data, bytes):
            raise TypeError('expected bytes, found %s' % type(data).__name__)
        past = self._length is not None and self._sent + len(data) > self._length
        if data or not self.head_sent:
            self._emit(data)
        if past and not self._bodiless:
            raise ValueError('write() past the Content-Length of %d' % self._length)

    def _transmit(self, result):
        kind = type(result)
        if kind is list or kind is tuple:
            # All of it is there: nobody can tell one send from several.
            for block in result:
                if type(block) is not bytes:
                    raise _no_bytes(block)
            if self._head is None:
                raise _no_start()
            body = result[0] if len(result) == 1 else b''.join(result)
            if not self.head_sent:
                self._set_length(len(body))
            if body or not self.head_sent:
                self._emit(body)
        elif kind is not FileWrapper or not self._send_file(result.file):
            single = False
            if _sized_kinds.get(kind) or kind not in _sized_kinds and _is_sized(kind):
                try:
                    single = len(result) == 1
                except Exception:
                    pass
            for block in result:
                if type(block) is not bytes and not isinstance(block, bytes):
                    raise _no_bytes(block)
                if self._head is None:
                    raise _no_start()
                if block:
                    if single and not self.head_sent:
                        self._set_length(len(block))
                    self._emit(block)
                    # To HEAD, the rest of what would be thrown away need not be made.
                    if self._bodiless or self._sent == self._length:
                        break
            if not self.head_sent:
                if self._head is None:
                    raise _no_start()
                self._set_length(0)
                self._emit(b'')
        if self._length is not None and self._sent < self._length and not self._bodiless:
            raise ValueError('expected %d bytes as Content-Length says, found %d' % (self._length, self._sent))
        self._finished = True

    def _set_length(self, length):
        """PEP 3333: may be done where one block is all."""
        if self._length is None and self._may_have_body:
            self._length = length
            self._head += b'\r\nContent-Length: %d' % length

    def _emit(self, data):
        if self._bodiless:
            data = b''
        elif self._length is not None and self._sent + len(data) > self._length:
            data = data[:self._length - self._sent]
        self._sent += len(data)
        try:
            if self.head_sent:
                if data:
                    self._send(data)
                return
            self.head_sent = True
            end = b'\r\nConnection: close\r\n\r\n' if self._http else b'\r\n\r\n'
            if len(data) <= _CHUNK:
                self._send(self._head + end + data)
            else:
                self._send(self._head + end)
                self._send(data)
        except OSError as error:
            self._broken = error
            raise

    def _send_file(self, file):
        """False where it is no file that the kernel can send, or where that is not to be had."""
        if self._head is None:
            raise _no_start()
        if self._bodiless or not hasattr(os, 'sendfile'):
            return False
        import stat
        try:
            source = file.fileno()
            if isinstance(file, io.TextIOBase):
                return False
            at = file.tell()
            found = os.fstat(source)
        except (AttributeError, OSError, ValueError):
            return False
        if not stat.S_ISREG(found.st_mode):
            return False
        left = max(found.st_size - at, 0)
        if not self.head_sent:
            self._set_length(left)
        if self._length is not None:
            left = min(left, self._length - self._sent)
        if not self.head_sent:
            self._emit(b'')
        output = self._descriptor()
        while left > 0:
            try:
                count = os.sendfile(output, source, at, min(left, 1 << 30))
            except OSError as error:
                import errno
                if error.errno in (errno.EINVAL, errno.ENOSYS, errno.ENOTSOCK, errno.EOPNOTSUPP):
                    file.seek(at)
                    return False
                self._broken = error
                raise
            if count == 0:
                break
            at += count
            left -= count
            self._sent += count
        return True

    def _fail(self, error):
        if not isinstance(error, Exception):
            self.fatal = error
        if self._broken is not None:
            # The visitor has left: no fault of the application, unless it made one of it.
            if error is not self._broken and not isinstance(error, (OSError, GeneratorExit)):
                self._report(error)
            return False
        if self._finished:
            self._report(error)
            return True
        if isinstance(error, VisitorLeft):
            # Theirs, not the application's.
            return not self.head_sent and self._answer('400 Bad Request', b'400 Bad Request\n\nThe request body broke off.\n')
        identity = self._report(error)
        if self.head_sent:
            return False
        text = b'500 Internal Server Error\n\nThe application failed. The error has the id %s.\n' % identity.encode()
        return self._answer('500 Internal Server Error', text)

    def _answer(self, status, text):
        self._head = None
        try:
            self.start_response(status, [
                ('Content-Type', 'text/plain; charset=utf-8'), ('Cache-Control', 'no-store'),
                ('Content-Length', str(len(text))),
            ])
            self._emit(text)
        except OSError:
            return False
        return True

    def _report(self, error):
        """One line for who searches by id, then the traceback; in one piece, since workers share their output."""
        import traceback
        identity = _request_id(self.environ)
        path = self.environ.get('SCRIPT_NAME', '') + self.environ.get('PATH_INFO', '')
        lines = traceback.format_exception_only(type(error), error)
        text = 'spillway_wsgi: error %s: %s %s: %s\n%s' % (
            identity, ascii(self.environ.get('REQUEST_METHOD', ''))[1:-1], ascii(path)[1:-1],
            ascii(lines[-1].strip())[1:-1],
            ''.join(traceback.format_exception(type(error), error, error.__traceback__)))
        _log(text)
        return identity


def _no_bytes(block):
    return TypeError('expected blocks of bytes, found %s' % type(block).__name__)


def _no_start():
    return AssertionError('start_response was not called before the first block')


def _check_status(status):
    if _STATUS.match(status) is None or _CONTROL.search(status):
        raise ValueError('expected a status such as "200 OK", found %r' % status)
    if len(_statuses) > 1000:
        _statuses.clear()
    _statuses.add(status)


def _is_sized(kind):
    if len(_sized_kinds) > 1000:
        _sized_kinds.clear()
    sized = _sized_kinds[kind] = hasattr(kind, '__len__')
    return sized


def _field_kind(name):
    lower = name.lower()
    if _TOKEN.match(name) is None:
        raise ValueError('expected the name of a header field, found %r' % name)
    if lower in _RESERVED:
        raise ValueError('expected no header field that belongs to the server, found %r' % name)
    if len(_field_kinds) > 1000:
        _field_kinds.clear()
    kind = _field_kinds[name] = _LENGTH if lower == 'content-length' else _PLAIN
    return kind


def _request_id(environ):
    for name in ('HTTP_X_REQUEST_ID', 'UNIQUE_ID'):
        given = environ.get(name, '')
        if _SAFE_ID.match(given):
            return given
    return os.urandom(8).hex()


def _log(text):
    try:
        sys.stderr.write(text if text.endswith('\n') else text + '\n')
        sys.stderr.flush()
    except (AttributeError, OSError, ValueError):
        pass


class BadRequest(Exception):
    """Not a request of SCGI or CGI."""


def _complete(environ):
    """What PEP 3333 wants of the variables that the server in front has sent. Returns the length of the body."""
    get = environ.get
    raw = get('CONTENT_LENGTH', '')
    if raw == '0' or raw == '':
        length = 0
    elif _DIGITS.match(raw):
        length = int(raw)
    else:
        raise BadRequest('expected a number as CONTENT_LENGTH, found %r' % raw)
    # These are CONTENT_LENGTH and CONTENT_TYPE; a header Proxy is nobody's proxy (httpoxy).
    for name in ('HTTP_CONTENT_LENGTH', 'HTTP_CONTENT_TYPE', 'HTTP_PROXY'):
        if name in environ:
            del environ[name]
    script = get('SCRIPT_NAME')
    path = get('PATH_INFO')
    if path is None:
        if script is None:
            # nginx's scgi_params have neither.
            path = get('DOCUMENT_URI')
            if path is None:
                from urllib.parse import unquote_to_bytes
                path = unquote_to_bytes(get('REQUEST_URI', '/').partition('?')[0].encode('latin-1')).decode('latin-1')
        else:
            path = ''
    if script is None:
        script = ''
    elif script.endswith('/'):
        script = script.rstrip('/')
        if not path.startswith('/'):
            path = '/' + path
    if path == '' == script:
        path = '/'
    environ['PATH_INFO'] = path
    environ['SCRIPT_NAME'] = script
    defaults = environ.setdefault
    defaults('QUERY_STRING', '')
    defaults('SERVER_PROTOCOL', 'HTTP/1.0')
    if 'REQUEST_METHOD' not in environ:
        raise BadRequest('expected REQUEST_METHOD among the variables')
    if 'SERVER_NAME' not in environ:
        environ['SERVER_NAME'] = get('HTTP_HOST', 'localhost').rpartition(':')[0] or get('HTTP_HOST', 'localhost')
    secure = get('HTTPS', '').lower() in ('on', '1', 'yes')
    environ['wsgi.url_scheme'] = 'https' if secure else 'http'
    if 'SERVER_PORT' not in environ:
        environ['SERVER_PORT'] = '443' if secure else '80'
    return length


def _parse_variables(head):
    """The variables of an SCGI head, the text of its netstring."""
    parts = head.decode('latin-1').split('\0')
    count = len(parts) >> 1
    if len(parts) & 1 == 0 or parts[-1] != '' or parts[0] != 'CONTENT_LENGTH':
        raise BadRequest('expected CONTENT_LENGTH, then pairs of names and values, each ended by NUL')
    step = iter(parts)
    environ = dict(zip(step, step))
    if len(environ) != count:
        # Servers in front do send header fields that the visitor repeated as several variables.
        environ = {}
        for name, value in zip(parts[0::2], parts[1::2]):
            if name not in environ:
                environ[name] = value
            elif name.startswith('HTTP_'):
                environ[name] += ('; ' if name == 'HTTP_COOKIE' else ', ') + value
            else:
                raise BadRequest('expected %s once' % ascii(name))
    if environ.get('SCGI') != '1':
        raise BadRequest('expected SCGI=1 among the variables')
    return environ


def _environ_base(multithread, multiprocess, run_once):
    return {
        'wsgi.version': (1, 0),
        'wsgi.errors': sys.stderr,
        'wsgi.multithread': multithread,
        'wsgi.multiprocess': multiprocess,
        'wsgi.run_once': run_once,
        'wsgi.file_wrapper': FileWrapper,
        'spillway.bus': bus,
    }


class _Connection:
    """Serves the requests of SCGI connections, one request a connection.

    Closing a TCP connection with SO_LINGER 0 resets it, which tells who reads that an answer of unknown length is cut. A Unix
    socket is reset only when it is closed with something unread: so the last byte of the request is looked at and left in the
    kernel's queue until the answer is whole.
    """

    def __init__(self, application, multiprocess):
        import socket
        import struct
        self._application = application
        self._base = _environ_base(False, multiprocess, False)
        self._scratch = bytearray(_CHUNK)
        self._peek = socket.MSG_PEEK
        self._now = socket.MSG_DONTWAIT
        self._peek_now = socket.MSG_PEEK | socket.MSG_DONTWAIT
        self._unix = getattr(socket, 'AF_UNIX', None)
        self._receive_timeout = struct.pack('@ll', _RECEIVE_TIMEOUT, 0)
        self._send_timeout = struct.pack('@ll', _SEND_TIMEOUT, 0)
        self._reset = struct.pack('@ii', 1, 0)
        self._socket = socket
        # The connection that is being served, and whether a send to it has a time limit.
        self._open = None
        self._limited = False

    def _send(self, data):
        """Most often there is room for all of it, and nothing has to be waited for."""
        connection = self._open
        if not self._limited:
            try:
                count = connection.send(data, self._now)
            except BlockingIOError:
                count = 0
            if count == len(data):
                return
            self._limit_sends()
            data = memoryview(data)[count:]
        connection.sendall(data)

    def _limit_sends(self):
        self._limited = True
        self._open.setsockopt(self._socket.SOL_SOCKET, self._socket.SO_SNDTIMEO, self._send_timeout)

    def _descriptor(self):
        self._limit_sends()
        return self._open.fileno()

    def serve(self, connection):
        """Closes the connection. Gives what is to end the process, or None. Raises nothing else."""
        module = self._socket
        self._open = connection
        self._limited = False
        unix = connection.family == self._unix
        # Bytes of the request that are in the kernel's queue still, and bytes that have not been asked for.
        held = unread = 0
        try:
            if not unix:
                connection.setsockopt(module.IPPROTO_TCP, module.TCP_NODELAY, 1)
            try:
                try:
                    # Most often the whole request is there, and nothing has to be waited for.
                    data = connection.recv(_CHUNK, self._peek_now if unix else self._now)
                    waits = False
                except BlockingIOError:
                    connection.setsockopt(module.SOL_SOCKET, module.SO_RCVTIMEO, self._receive_timeout)
                    waits = True
                    data = connection.recv(_CHUNK, self._peek if unix else 0)
                if not data:
                    return None
                colon = data.find(b':', 0, 9)
                size = int(data[:colon]) if colon > 0 and data[:colon].isdigit() and data[0] != 48 else -1
                end = colon + size + 2
                if size < 0 or len(data) < end:
                    if not waits:
                        connection.setsockopt(module.SOL_SOCKET, module.SO_RCVTIMEO, self._receive_timeout)
                        waits = True
                    data, colon, size = self._receive_head(connection, data, unix)
                    end = colon + size + 2
                    # The comma.
                    held = 1 if unix else 0
                elif unix:
                    held = len(data)
                if data[end - 1] != 44:
                    raise BadRequest('expected a comma after the variables')
                environ = _parse_variables(data[colon + 1:end - 1])
                length = _complete(environ)
                environ.update(self._base)
            except (BadRequest, ValueError) as error:
                self._refuse(connection, error)
                return None
            total = end + length
            if len(data) >= total:
                if held > total:
                    held = total
                environ['wsgi.input'] = io.BytesIO(data[end:total])
                body = None
            else:
                if not waits:
                    connection.setsockopt(module.SOL_SOCKET, module.SO_RCVTIMEO, self._receive_timeout)
                # The last byte of the request is not among them.
                self._discard(connection, held)
                look = None
                if unix:
                    def look(buffer):
                        return connection.recv_into(buffer, 1, self._peek)
                body = _Body(data[end:], length, connection.recv_into, look)
                environ['wsgi.input'] = io.BufferedReader(body, _CHUNK)
            exchange = Exchange(environ, self._send, self._descriptor)
            whole = exchange.run(self._application)
            if body is not None:
                held = body.held
                unread = body.remaining - held
            if whole:
                if unread:
                    self._drain(connection, unread)
                elif held:
                    self._discard(connection, held)
            elif not unix:
                connection.setsockopt(module.SOL_SOCKET, module.SO_LINGER, self._reset)
            return exchange.fatal
        except OSError:
            # The visitor has left, or says nothing.
            return None
        finally:
            connection.close()

    def _receive_head(self, connection, data, unix):
        """Where it does not come at once. Of a Unix socket, what is returned has been taken from the queue, but for its last byte."""
        from time import monotonic
        deadline = monotonic() + _HEAD_TIMEOUT
        if unix:
            self._discard(connection, len(data))
        while True:
            flags = 0
            colon = data.find(b':', 0, 9)
            if colon > 0 and data[:colon].isdigit():
                size = int(data[:colon])
                if size > _MAX_HEAD_BYTES:
                    raise BadRequest('expected at most %d bytes of variables, found %d' % (_MAX_HEAD_BYTES, size))
                if data[0] == 48:
                    raise BadRequest('expected a netstring with variables')
                if len(data) >= colon + size + 2:
                    return data, colon, size
                wanted = colon + size + 2 - len(data)
                if unix:
                    if wanted == 1:
                        flags = self._peek
                    else:
                        wanted -= 1
            elif colon >= 0 or len(data) > 8 or not data.isdigit():
                raise BadRequest('expected a netstring')
            else:
                wanted = 1
            more = connection.recv(wanted, flags)
            if not more or monotonic() > deadline:
                raise ConnectionResetError
            data += more

    def _refuse(self, connection, error):
        _log('spillway_wsgi: refused: %s' % error)
        text = b'400 Bad Request\n\n%s\n' % str(error).encode('ascii', 'backslashreplace')
        self._send(b'Status: 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n'
                   b'Content-Length: %d\r\n\r\n%s' % (len(text), text))
        self._drain(connection, None)

    def _discard(self, connection, count):
        while count > 0:
            count -= connection.recv_into(self._scratch, min(count, _CHUNK)) or count

    def _drain(self, connection, count):
        """Takes what the visitor is still sending, for a while: closing before would reset the connection under the answer."""
        from time import monotonic
        import struct
        module = self._socket
        deadline = monotonic() + _DRAIN_TIMEOUT
        connection.shutdown(module.SHUT_WR)
        connection.setsockopt(module.SOL_SOCKET, module.SO_RCVTIMEO, struct.pack('@ll', _DRAIN_TIMEOUT, 0))
        while count != 0 and monotonic() < deadline:
            got = connection.recv_into(self._scratch, _CHUNK if count is None else min(count, _CHUNK))
            if got == 0:
                return
            if count is not None:
                count -= got


def _connected(descriptor, family):
    """A connection of the interpreter's own kind, which is made and closed faster than that of the module `socket`."""
    import _socket
    connection = _socket.socket(family, _socket.SOCK_STREAM, 0, descriptor)
    if connection.gettimeout() is not None:
        # An application may have set a default.
        connection.settimeout(None)
    return connection


class Bus:
    """What an application has to do with the life of its processes: `environ['spillway.bus']`.

    start, stop, graceful, reload, exit and log are events that everybody knows; an application may have others of its own, of lower
    case letters, digits and `-`. Scopes: `worker` (this process), `application` (all of its workers), `gateway`. Listeners hear
    between requests, in the thread that serves them, so that they may touch whatever requests may.
    """

    def __init__(self):
        self._listeners = {}
        # Takes an event beyond this process; nothing where nobody is there.
        self._carry = None

    def subscribe(self, event, callable, timeout=10.0):
        """`callable({'event', 'scope', 'from', 'payload'})` hears of every such event from now on, and has `timeout` seconds for what it
        does then. Returns a function that ends it."""
        _check_event(event)
        if not timeout > 0:
            raise ValueError('expected a timeout in seconds, found %r' % (timeout,))
        entry = (callable, timeout)
        self._listeners.setdefault(event, []).append(entry)

        def unsubscribe():
            if entry in self._listeners[event]:
                self._listeners[event].remove(entry)
        return unsubscribe

    def publish(self, event, scope='application', payload=None):
        """Returns when it was taken there; `payload` is anything that JSON can say. Raises BusRefused where it is not allowed, or
        nobody is there to take it."""
        _check_event(event)
        if scope not in _SCOPES:
            raise ValueError('expected a scope (%s), found %r' % (', '.join(_SCOPES), scope))
        if scope != 'worker' and self._carry is not None:
            self._carry(event, scope, payload)
        elif scope == 'gateway':
            raise BusRefused('expected a gateway to publish %s to, found none' % event)
        else:
            self._hear(event, scope, payload)

    def _hear(self, event, scope='worker', payload=None, origin=None):
        """Every listener hears, whatever becomes of those before it; failures are logged. True where there were none."""
        good = True
        for listener, timeout in list(self._listeners.get(event, ())):
            try:
                _within(timeout, listener, {'event': event, 'scope': scope, 'from': origin, 'payload': payload})
            except Exception as error:
                import traceback
                good = False
                _log('spillway_wsgi: a listener of %s failed: %s' % (event, ''.join(
                    traceback.format_exception(type(error), error, error.__traceback__))))
        return good

    def _begin(self):
        if not self._hear('start'):
            self._end()
            raise SystemExit('spillway_wsgi: expected every listener of start to succeed')

    def _end(self):
        self._hear('stop')
        self._hear('exit')


bus = Bus()


def _check_event(event):
    if not isinstance(event, str) or not _EVENT.match(event):
        raise ValueError('expected an event of lower case letters, digits and -, such as reload, found %r' % (event,))


class _Late(BaseException):
    """Not an Exception, so that a listener's own `except` lets it through."""


def _within(seconds, listener, event):
    """Calls it, and interrupts it when its time is over; in other threads than the main one it has the time that it takes."""
    import signal
    import threading
    if threading.current_thread() is not threading.main_thread():
        listener(event)
        return
    running = True

    def late(number, frame):
        if running:
            raise _Late

    before = signal.signal(signal.SIGALRM, late)
    try:
        try:
            signal.setitimer(signal.ITIMER_REAL, seconds)
            listener(event)
        finally:
            running = False
            signal.setitimer(signal.ITIMER_REAL, 0)
    except _Late:
        raise TimeoutError('not done within %g s' % seconds) from None
    finally:
        signal.signal(signal.SIGALRM, before)


class _Worker:
    """Serves the connections that a preforking parent hands over."""

    _MAX_LINE = 65536

    def __init__(self, control, descriptors, application):
        import json
        import signal
        import socket
        self._json = json
        self._socket = socket
        self._control = socket.socket(fileno=control)
        self._descriptors = socket.socket(fileno=descriptors)
        for stream in (self._control, self._descriptors):
            stream.set_inheritable(False)
            stream.setblocking(True)
        for name in ('SIGTERM', 'SIGINT', 'SIGHUP'):
            # Theirs is the parent. Not SIG_IGN, which programs that the application starts would inherit.
            signal.signal(getattr(signal, name), lambda number, frame: None)
        self._rest = b''
        # Read while something else was waited for.
        self._lines = []
        self._asked = 0
        self._connection = _Connection(application, True)
        self._family = None
        self._space = socket.CMSG_SPACE(4)
        self._flags = getattr(socket, 'MSG_CMSG_CLOEXEC', 0)
        bus._carry = self._publish

    def run(self):
        serve = self._connection.serve
        prefix = b'{"say":"connection","id":'
        leave = None
        try:
            bus._begin()
            self._control.sendall(b'{"say":"ready"}\n')
            while leave is None:
                line = self._next_line()
                if line is None:
                    break
                if line.startswith(prefix) and line[25:-1].isdigit():
                    identity = line[25:-1]
                else:
                    said = self._parse(line)
                    kind = said.get('say')
                    if kind == 'stop':
                        break
                    if kind == 'event':
                        self._hear(said)
                        continue
                    if kind != 'connection':
                        continue
                    identity = b'%d' % said['id']
                connection = self._take()
                self._control.sendall(b'{"say":"took","id":%s}\n' % identity)
                if connection is not None:
                    leave = serve(connection)
                if leave is None:
                    self._control.sendall(b'{"say":"ready"}\n')
        except (BrokenPipeError, ConnectionResetError):
            # The parent is gone.
            pass
        bus._end()
        if leave is not None:
            raise leave

    def _take(self):
        _, ancillary, _, _ = self._descriptors.recvmsg(1, self._space, self._flags)
        if not ancillary:
            return None
        descriptor = int.from_bytes(ancillary[0][2][:4], sys.byteorder)
        if not self._flags:
            os.set_inheritable(descriptor, False)
        if self._family is None:
            # All come from one listening socket.
            first = self._socket.socket(fileno=descriptor)
            self._family = first.family
            first.detach()
        connection = _connected(descriptor, self._family)
        # It may come from an event loop.
        connection.setblocking(True)
        return connection

    def _next_line(self):
        if self._lines:
            return self._lines.pop(0)
        return self._read_line()

    def _read_line(self):
        """None at the end of the stream."""
        while True:
            line, newline, rest = self._rest.partition(b'\n')
            if newline:
                self._rest = rest
                return line
            if len(line) > 4 * self._MAX_LINE:
                raise SystemExit('spillway_wsgi: expected lines of at most %d characters from the parent' % self._MAX_LINE)
            more = self._control.recv(4096)
            if not more:
                return None
            self._rest += more

    def _parse(self, line):
        try:
            said = self._json.loads(line)
        except ValueError:
            said = None
        return said if isinstance(said, dict) else {}

    def _hear(self, said):
        event = said.get('channel', said.get('event'))
        if isinstance(event, str):
            bus._hear(event, said.get('scope'), said.get('payload'), said.get('from'))

    def _publish(self, event, scope, payload):
        """{"say":"event","id":1,"channel":"reload","scope":"gateway","payload":...}, and waits for the parent's word:
        {"say":"event","answer":1} where it was taken, with "refused":"why" where not. What comes meanwhile is kept for later."""
        from time import monotonic
        self._asked += 1
        asked = self._asked
        line = self._json.dumps({'say': 'event', 'id': asked, 'channel': event, 'scope': scope, 'payload': payload})
        if len(line) >= self._MAX_LINE:
            raise BusRefused('expected an event of at most %d characters, found %d' % (self._MAX_LINE, len(line)))
        deadline = monotonic() + 10
        try:
            self._control.sendall(line.encode() + b'\n')
            while True:
                self._control.settimeout(max(deadline - monotonic(), 0.001))
                line = self._read_line()
                if line is None:
                    raise BusRefused('the parent has gone')
                said = self._parse(line)
                if said.get('say') == 'event' and said.get('answer') == asked:
                    break
                self._lines.append(line)
        except OSError as error:
            raise BusRefused('no word from the parent: %s' % error) from error
        finally:
            self._control.settimeout(None)
        if said.get('refused') is not None:
            raise BusRefused(str(said['refused']))


def _publish_to_gateway(address, token):
    """For who has no stream to anybody, a CGI program above all: the gateway's socket for applications."""
    def publish(event, scope, payload):
        import http.client
        import json
        import socket

        class Connection(http.client.HTTPConnection):
            def connect(self):
                self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                self.sock.settimeout(self.timeout)
                self.sock.connect(address)

        connection = Connection('spillway', timeout=10)
        body = json.dumps({'event': event, 'scope': scope, 'payload': payload})
        try:
            connection.request('POST', '/bus/publish', body,
                               {'Authorization': 'Bearer ' + token, 'Content-Type': 'application/json'})
            response = connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise BusRefused('the gateway does not answer at unix:%s: %s' % (address, error)) from error
        finally:
            connection.close()
        if response.status >= 300:
            try:
                reason = json.loads(text)['error']
            except (ValueError, KeyError, TypeError):
                reason = '%d %s' % (response.status, response.reason)
            raise BusRefused(str(reason))
    return publish


def _run_cgi(application):
    """Does not return."""
    output = os.dup(1)
    # What the application prints belongs into the log, not into its answer.
    os.dup2(2, 1)
    variables = {name.decode('latin-1'): value.decode('latin-1') for name, value in os.environb.items()}
    # Pages that show all variables must not show it.
    variables.pop('SPILLWAY_BUS_TOKEN', None)

    def send(data):
        view = memoryview(data)
        while view:
            view = view[os.write(output, view):]

    exchange = Exchange(variables, send, lambda: output)
    whole = False
    try:
        length = _complete(variables)
    except BadRequest as error:
        _log('spillway_wsgi: refused: %s' % error)
        send(b'Status: 400 Bad Request\r\nContent-Type: text/plain\r\n\r\n400 Bad Request\n')
        sys.exit(1)
    variables.update(_environ_base(False, True, True))

    def receive_into(buffer):
        return os.readv(0, [buffer])

    variables['wsgi.input'] = io.BufferedReader(_Body(b'', length, receive_into), _CHUNK)
    if callable(application):
        whole = exchange.run(application)
    else:
        whole = exchange._fail(application)
    bus._end()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (AttributeError, OSError, ValueError):
        pass
    if not whole and not exchange.announced and exchange._broken is None:
        # An end by a signal is the one sign that an answer of unknown length is cut.
        import signal
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTERM)
    sys.exit(0 if whole else 1)


def _remove(name):
    try:
        os.unlink(name)
    except FileNotFoundError:
        pass


class _Waiting:
    """For a visitor, or to be woken. Of several processes with one listening socket, Linux wakes one for each visitor: the one that came to wait
    last, whose caches are warm."""

    def __init__(self, listener, wake):
        import select
        self._listener = listener
        self._exclusive = getattr(select, 'EPOLLEXCLUSIVE', None)
        self._set = select.poll() if self._exclusive is None else select.epoll()
        self._in = select.POLLIN
        self._set.register(wake, select.POLLIN)
        self._only = [(listener.fileno(), select.POLLIN)]
        self._listen()

    def _listen(self):
        self._set.register(self._listener, self._in if self._exclusive is None else self._in | self._exclusive)

    def wait(self, milliseconds):
        """What there is; nothing where there was nothing. None: for as long as it takes."""
        if self._exclusive is None or milliseconds is None:
            return self._set.poll(milliseconds)
        return self._set.poll(milliseconds / 1000)

    def is_woken(self, ready):
        return ready != self._only

    def pause(self, milliseconds):
        """Whatever visitors come."""
        self._set.unregister(self._listener)
        self.wait(milliseconds)
        self._listen()


def _serve_scgi(listener, application, multiprocess, name=None, address=None):
    """Until SIGTERM or SIGINT; what is under way is finished, and what has found our own Unix socket, `name`, is served."""
    import signal
    import socket
    listener.set_inheritable(False)
    # Another process may take the visitor that woke this one.
    listener.setblocking(False)
    wake, woken = socket.socketpair()
    wake.setblocking(False)
    woken.setblocking(False)
    stopping = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, frame: stopping.append(number))
    waiting = _Waiting(listener, wake)
    serve = _Connection(application, multiprocess).serve
    family = listener.family
    accept = listener._accept
    # Accepting is tried without waiting as long as that has succeeded lately: then there is a queue.
    hopeful = 0
    leave = None
    withdrawn = False
    try:
        bus._begin()
    except SystemExit:
        if name is not None:
            _remove(name)
        raise
    if address is not None:
        _log('spillway_wsgi: SCGI at %s' % address)
    while leave is None:
        if stopping:
            if name is None:
                break
            if not withdrawn:
                # Nobody new finds it; who is in the queue is served still. Once: then the name may be somebody else's.
                withdrawn = True
                _remove(name)
        if hopeful <= 0:
            ready = waiting.wait(0 if stopping else 50)
            if not ready:
                if stopping:
                    break
                # Idle. Each time, since the application may have set another one (asyncio does), and before a last look.
                signal.set_wakeup_fd(woken.fileno(), warn_on_full_buffer=False)
                if not stopping:
                    ready = waiting.wait(None)
            if waiting.is_woken(ready):
                try:
                    wake.recv(_CHUNK)
                except BlockingIOError:
                    pass
                if stopping:
                    continue
        try:
            descriptor, _ = accept()
        except BlockingIOError:
            if stopping:
                break
            hopeful = -_UNHOPEFUL
            continue
        except OSError as error:
            import errno
            hopeful = 0
            if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
                # It stays in the queue: perhaps the application gives descriptors back.
                _log('spillway_wsgi: cannot accept: %s' % error)
                waiting.pause(100)
            elif error.errno in (errno.EBADF, errno.EINVAL, errno.ENOTSOCK):
                raise
            continue
        hopeful += 1
        connection = _connected(descriptor, family)
        if sys.platform != 'linux':
            connection.setblocking(True)
        leave = serve(connection)
    if name is not None and not withdrawn:
        _remove(name)
    listener.close()
    bus._end()
    if leave is not None:
        raise leave


def _serve_http(listener, application):
    """For development: every request has a thread of its own, so that a browser's idle connection does not block the others."""
    import signal
    import socket
    import socketserver
    import struct
    import threading
    from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

    stopped = threading.Event()
    under_way = threading.Condition()
    count = 0

    class Handler(WSGIRequestHandler):
        protocol_version = 'HTTP/1.1'
        timeout = 60

        def address_string(self):
            return str(self.client_address[0]) if self.client_address else 'unix'

        def handle(self):
            nonlocal count
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or len(self.raw_requestline) > 65536 or not self.parse_request():
                return
            with under_way:
                count += 1
            try:
                self.answer()
            finally:
                with under_way:
                    count -= 1
                    under_way.notify_all()

        def answer(self):
            if 'Transfer-Encoding' in self.headers:
                self.send_error(411)
                return
            environ = self.get_environ()
            environ['HTTP_HOST'] = self.headers.get('Host', '')
            try:
                length = _complete(environ)
            except BadRequest as error:
                self.send_error(400, explain=str(error))
                return
            environ.update(_environ_base(True, False, False))
            body = _Body(b'', length, self.rfile.readinto)
            environ['wsgi.input'] = io.BufferedReader(body, _CHUNK)
            exchange = Exchange(environ, self.connection.sendall, self.connection.fileno)
            # The answer is HTTP's, not CGI's.
            exchange._http = True
            whole = exchange.run(application)
            head = exchange._head or b''
            self.log_message('"%s" %s%s', ascii(self.requestline)[1:-1], head[9:12].decode('latin-1'),
                             '' if whole else ' (cut)')
            if whole and body.remaining:
                self.connection.shutdown(socket.SHUT_WR)
                self.connection.settimeout(_DRAIN_TIMEOUT)
                try:
                    while body.remaining and body.readinto(bytearray(_CHUNK)):
                        pass
                except OSError:
                    pass
            if not whole:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('@ii', 1, 0))
            if exchange.fatal is not None:
                stopped.set()

    class Server(socketserver.ThreadingMixIn, WSGIServer):
        daemon_threads = True

        def shutdown_request(self, request):
            # An orderly shutdown would make a cut answer look whole; close() alone resets where SO_LINGER says so.
            self.close_request(request)

    address = listener.getsockname()
    if not isinstance(address, tuple):
        raise SystemExit('spillway_wsgi: expected --http HOST:PORT')
    server = Server(address[:2], Handler, bind_and_activate=False)
    server.socket.close()
    server.socket = listener
    server.server_address = address
    server.server_name, server.server_port = address[0], address[1]
    server.setup_environ()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, frame: stopped.set())
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    host = '[%s]' % address[0] if ':' in address[0] else address[0]
    _log('spillway_wsgi: http://%s:%d/' % (host, address[1]))
    bus._begin()
    stopped.wait()
    server.shutdown()
    listener.close()
    with under_way:
        while count > 0:
            under_way.wait()
    bus._end()


def _listen(address):
    import socket
    if address.startswith('unix:'):
        path = address[5:]
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            listener.bind(path)
        except OSError as error:
            # A name that a dead server left behind; one that lives keeps it.
            probe = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                probe.connect(path)
            except ConnectionRefusedError:
                os.unlink(path)
                listener.bind(path)
            except OSError:
                raise error from None
            else:
                raise
            finally:
                probe.close()
    else:
        host, colon, port = address.rpartition(':')
        if not colon or not _DIGITS.match(port) or int(port) > 65535:
            raise SystemExit('spillway_wsgi: expected HOST:PORT, [IPv6]:PORT or unix:PATH, found %s' % ascii(address))
        host = host[1:-1] if host.startswith('[') and host.endswith(']') else host or '::'
        family = socket.AF_INET6 if ':' in host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if host == '::':
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind((host, int(port)))
    listener.listen(1024)
    return listener


def _inherited():
    """The listening socket that was open when the process began; None where there is none."""
    import socket
    import stat
    count, owner = os.environ.pop('LISTEN_FDS', ''), os.environ.pop('LISTEN_PID', '')
    os.environ.pop('LISTEN_FDNAMES', None)
    candidates = [3] if _DIGITS.match(count) and int(count) > 0 and owner in ('', str(os.getpid())) else []
    for descriptor in candidates + [0]:
        try:
            found = socket.socket(fileno=descriptor)
        except OSError:
            continue
        if found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            own = found.dup()
            found.detach()
            # What the application starts must not hold it.
            if descriptor != 0:
                os.close(descriptor)
            if stat.S_ISSOCK(os.fstat(0).st_mode):
                with open(os.devnull, 'rb') as nothing:
                    os.dup2(nothing.fileno(), 0)
            return own
        found.detach()
    return None


def _load(name):
    import importlib
    module, _, attributes = name.partition(':')
    found = importlib.import_module(module)
    for attribute in attributes.split('.'):
        found = getattr(found, attribute)
    if not callable(found):
        raise TypeError('expected a callable as %s, found %s' % (name, type(found).__name__))
    return found


def _settle_path():
    """The folder of this file is nobody's to import from; the working directory is, as with `python3 -m`."""
    own = os.path.dirname(os.path.abspath(__file__))
    if sys.path and os.path.abspath(sys.path[0] or '.') == own:
        del sys.path[0]
    sys.path.insert(0, os.getcwd())
    sys.modules.setdefault('spillway_wsgi', sys.modules[__name__])


def _arguments(words):
    """Directory, kind of server or None, its address, application. argparse would cost a CGI program 10 ms."""
    directory = kind = address = name = None
    words = list(words)
    while words:
        word = words.pop(0)
        option, equals, value = word.partition('=')
        if option in ('-h', '--help'):
            print(__doc__)
            raise SystemExit(0)
        if option in ('--chdir', '--scgi', '--http'):
            if not equals:
                if not words:
                    raise SystemExit('spillway_wsgi: expected a value after %s' % option)
                value = words.pop(0)
            if option == '--chdir':
                directory = value
            elif kind is not None:
                raise SystemExit('spillway_wsgi: expected one of --scgi and --http')
            else:
                kind, address = option[2:], value
        elif word.startswith('-') or name is not None:
            raise SystemExit('spillway_wsgi: expected [--chdir DIR] [--scgi ADDRESS | --http ADDRESS] MODULE:CALLABLE, '
                             'found %s' % ascii(word))
        else:
            name = word
    if name is None:
        raise SystemExit('spillway_wsgi: expected MODULE:CALLABLE; --help tells more')
    module, colon, attribute = name.partition(':')
    if not module or not attribute:
        raise SystemExit('spillway_wsgi: expected MODULE:CALLABLE, found %s' % ascii(name))
    return directory, kind, address, name


def main(words):
    directory, kind, address, name = _arguments(words)
    if directory is not None:
        os.chdir(directory)
    _settle_path()
    control = descriptors = listener = None
    if kind is None:
        control = os.environ.pop('SPILLWAY_CONTROL_FD', None)
        descriptors = os.environ.pop('SPILLWAY_DESCRIPTORS_FD', None)
        if control is not None:
            kind = 'worker'
        elif 'GATEWAY_INTERFACE' in os.environ:
            kind = 'cgi'
        else:
            listener = _inherited()
            if listener is None:
                raise SystemExit('spillway_wsgi: expected --scgi ADDRESS or --http ADDRESS, a listening socket as standard input, or '
                                 'to be run as a CGI program; --help tells more')
            kind = 'scgi'
    if kind != 'worker':
        # A worker has a stream to its parent.
        place, token = os.environ.get('SPILLWAY_BUS', ''), os.environ.get('SPILLWAY_BUS_TOKEN', '')
        if place.startswith('unix:'):
            bus._carry = _publish_to_gateway(place[5:], token)
    if kind == 'cgi':
        try:
            application = _load(name)
        except Exception as error:
            application = error
        _run_cgi(application)
    application = _load(name)
    if kind != 'http':
        # What the application has loaded stays: the collector need not look at it again and again.
        import gc
        gc.collect()
        gc.freeze()
    if kind == 'worker':
        _Worker(int(control), int(descriptors), application).run()
    elif kind == 'http':
        _serve_http(_listen(address), application)
    else:
        inherited = listener is not None
        if not inherited:
            listener = _listen(address)
            bound = listener.getsockname()
            if isinstance(bound, tuple):
                # The port may have been left to the kernel.
                address = '%s:%d' % (address.rpartition(':')[0], bound[1])
        name = address[5:] if not inherited and address.startswith('unix:') else None
        _serve_scgi(listener, application, inherited, name, address)


if __name__ == '__main__':
    main(sys.argv[1:])
