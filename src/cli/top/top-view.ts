import { Box, Text, useApp, useInput, useStdin, useStdout } from 'ink';
import { createElement, useEffect, useState } from 'react';
import { type ShownStatus, type TopLine, topLines } from './top-lines.ts';

export interface TopViewProps {
  /** Rejects where nobody answers. */
  readonly ask: () => Promise<ShownStatus>;
  readonly everyMs: number;
}

interface Seen {
  readonly now: ShownStatus | undefined;
  readonly before: ShownStatus | undefined;
  readonly problem: string | undefined;
}

const nothing: Seen = { now: undefined, before: undefined, problem: undefined };
/** Of what has no size, or none that it says. */
const usual = { columns: 100, rows: 30 };

/** The status of a gateway, asked for again and again; `q` ends it. */
export function TopView({ ask, everyMs }: TopViewProps) {
  const [seen, setSeen] = useState(nothing);
  const { exit } = useApp();
  const { isRawModeSupported } = useStdin();
  const { stdout } = useStdout();
  useInput(
    (input) => {
      if (input === 'q') exit();
    },
    { isActive: isRawModeSupported },
  );
  useEffect(() => {
    let over = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (): Promise<void> => {
      try {
        const now = await ask();
        if (!over) setSeen((last) => ({ now, before: last.now, problem: undefined }));
      } catch (error) {
        const problem = error instanceof Error ? error.message : String(error);
        if (!over) setSeen((last) => ({ ...last, problem }));
      }
      if (!over) timer = setTimeout(look, everyMs);
    };
    void look();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [ask, everyMs]);

  const columns = stdout.columns || usual.columns;
  const rows = stdout.rows || usual.rows;
  const { now, before, problem } = seen;
  const lines: TopLine[] =
    now === undefined
      ? []
      : [...topLines(now, before, { columns: columns - 1, changes: rows })].slice(0, Math.max(8, rows - 3));
  if (problem !== undefined) lines.push({ text: `no answer: ${problem}`, tone: 'warning' });
  else if (now === undefined) lines.push({ text: 'asking the gateway', tone: 'quiet' });
  if (isRawModeSupported) lines.push({ text: 'q ends it', tone: 'quiet' });
  return createElement(
    Box,
    { flexDirection: 'column' },
    // The lines have no identity but their place.
    ...lines.map((line) => createElement(Text, styleOf(line), line.text === '' ? ' ' : line.text)),
  );
}

function styleOf({ tone }: TopLine) {
  switch (tone) {
    case 'head':
      return { bold: true, wrap: 'truncate' as const };
    case 'warning':
      return { color: 'yellow', wrap: 'truncate' as const };
    case 'quiet':
      return { dimColor: true, wrap: 'truncate' as const };
    default:
      return { wrap: 'truncate' as const };
  }
}
