import { createServer } from 'node:http';
import { createYoga } from 'graphql-yoga';
import { settings } from '../settings.ts';
import { createContext } from './context.ts';
import { schema } from './schema/index.ts';

const yoga = createYoga({
  schema,
  context: createContext,
  graphiql: false,
  landingPage: false,
  cors: false,
  multipart: false,
  logging: false,
  healthCheckEndpoint: '/readyz',
});

createServer(yoga).listen(settings.port, '127.0.0.1');
