const delay = 300;

/** Shows what is under way in one line of standard error, on a terminal and only when it takes a while. */
export async function withProgress<Result>(text: string, work: Promise<Result>): Promise<Result> {
  const { stderr } = process;
  if (!stderr.isTTY) return await work;
  let seconds = 0;
  let shown = false;
  const show = () => {
    shown = true;
    const line = `${text} …${seconds === 0 ? '' : ` ${seconds} s`}`;
    stderr.write(`\r\u001B[K${line.slice(0, Math.max(20, stderr.columns - 1))}`);
  };
  const first = setTimeout(show, delay);
  const later = setInterval(() => {
    seconds++;
    show();
  }, 1000);
  try {
    return await work;
  } finally {
    clearTimeout(first);
    clearInterval(later);
    if (shown) stderr.write('\r\u001B[K');
  }
}
