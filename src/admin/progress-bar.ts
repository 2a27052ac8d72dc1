const width = 30;

export interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Shows how far something is: as a bar that moves in a terminal, as a line for each tenth elsewhere (in a log). */
export function progressBar(terminal: Terminal): (done: number, total: number, what: string) => void {
  let shown = '';
  return (done, total, what) => {
    const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
    if (terminal.isTTY) {
      const full = Math.floor((percent / 100) * width);
      const text = `${'█'.repeat(full)}${'░'.repeat(width - full)} ${String(percent).padStart(3)} % ${what}`;
      // Escape, [K: the rest of a longer line before goes.
      if (text !== shown) terminal.write(`\r${text}\u001b[K${done >= total ? '\n' : ''}`);
      shown = text;
    } else {
      const text = `${percent - (percent % 10)} %`;
      if (text !== shown) terminal.write(`${text}\n`);
      shown = text;
    }
  };
}
