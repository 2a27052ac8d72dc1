import { connect } from 'node:net';

/** Sends bytes as they are and gives everything that comes back until the server ends the connection, or until it has been silent for `quietMs`. */
export function raw(port: number, bytes: string | Buffer, quietMs = 400): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    const done = () => {
      socket.destroy();
      resolve(received);
    };
    socket.setTimeout(quietMs, done);
    socket.on('data', (data) => {
      received += data.toString('latin1');
    });
    socket.on('end', done);
    socket.on('error', (error: NodeJS.ErrnoException) => (received ? done() : reject(error)));
    socket.on('connect', () => socket.write(bytes));
  });
}

/** The status and the JSON body of the first answer in what `raw` gave. */
export function parsed(answer: string): { status: number; head: string; body: any } {
  const [head = '', body = ''] = answer.split('\r\n\r\n', 2);
  const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? body.length);
  return { status: Number(head.split(' ')[1]), head, body: JSON.parse(body.slice(0, length) || 'null') };
}
