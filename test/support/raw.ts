import { connect } from 'node:net';

/** Sends bytes as they are and gives so many whole answers as they come back, or what has come when the server ends the connection. */
export function raw(port: number, bytes: string | Buffer, count = 1): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    const done = () => {
      socket.destroy();
      resolve(received);
    };
    socket.on('data', (data) => {
      received += data.toString('latin1');
      if (answersIn(received) >= count) done();
    });
    socket.on('end', done);
    socket.on('error', (error: NodeJS.ErrnoException) => (received ? done() : reject(error)));
    socket.on('connect', () => socket.write(bytes));
  });
}

/** How many answers are there to the end of their bodies. */
function answersIn(received: string): number {
  let count = 0;
  for (let from = 0; ; count++) {
    const body = received.indexOf('\r\n\r\n', from) + 4;
    const length = /content-length: (\d+)/i.exec(received.slice(from, body))?.[1];
    if (body < 4 || length === undefined || body + Number(length) > received.length) return count;
    from = body + Number(length);
  }
}

/** The status and the JSON body of the first answer in what `raw` gave. */
export function parsed(answer: string): { status: number; head: string; body: any } {
  const [head = '', body = ''] = answer.split('\r\n\r\n', 2);
  const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? body.length);
  return { status: Number(head.split(' ')[1]), head, body: JSON.parse(body.slice(0, length) || 'null') };
}
