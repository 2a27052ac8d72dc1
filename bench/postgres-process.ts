// Owns the PostgreSQL of a benchmark: started by `postgres.ts`, it outlives that process for as long as it takes to stop
// the server and to remove its folder.
import { startPostgres } from '../test/support/postgres-server.ts';

// Ctrl-C reaches the whole group; the end of the parent is what counts here.
process.on('SIGINT', () => {});

const server = await startPostgres({
  shared_buffers: '512MB',
  maintenance_work_mem: '256MB',
  max_wal_size: '8GB',
  checkpoint_timeout: '1h',
  shared_preload_libraries: 'pg_stat_statements',
});
process.once('disconnect', () => {
  server.stop();
  process.exit(0);
});
if (process.connected) process.send!(server.url);
else server.stop();
