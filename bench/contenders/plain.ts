import { type Contender, overGraphql } from '../contender.ts';
import { cursorOf } from '../peers/plain/cursor.ts';
import { startPeer } from './peer.ts';

/** What a careful team builds of the usual parts, without an eye on speed. */
export const plain: Contender = {
  name: 'plain',
  start: (ground) => startPeer('plain', ground),
  ...overGraphql(cursorOf),
};
