// Loaded into each measured server before anything else (`node --import`), the same for all. Tells what the harness asks
// about the process, and ends the process when the harness is gone, however it went.
import { monitorEventLoopDelay } from 'node:perf_hooks';

const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();
let cpu = process.cpuUsage();

process.on('message', (message) => {
  if (message === 'probe: start') {
    delay.reset();
    cpu = process.cpuUsage();
  }
  if (message === 'probe: tell') {
    const { user, system } = process.cpuUsage(cpu);
    process.send({
      probe: {
        cpuMs: (user + system) / 1000,
        // The timer's own ten milliseconds are no delay.
        loopP99Ms: Math.max(0, delay.percentile(99) / 1e6 - 10),
        memoryMb: process.memoryUsage.rss() / 2 ** 20,
      },
    });
  }
});
process.once('disconnect', () => {
  setTimeout(() => process.exit(1), 2000).unref();
  process.kill(process.pid, 'SIGTERM');
});
// Listening to the harness keeps nobody alive.
process.channel.unref();
