import type { Contender } from '../contender.ts';
import { startPeer } from './peer.ts';

/** One prepared statement for each work, and nothing that could be left out. */
export const floor: Contender = {
  name: 'floor',
  start: (ground) => startPeer('floor', ground),
  request: ({ name }, parameters) => ({ path: `/${name}`, body: parameters as object }),
  data(answer) {
    if (answer.error) throw new Error(answer.error);
    return answer;
  },
};
