import { mutateRoom } from './mutate-room.mjs';

export default mutateRoom('plan', ['plan', 'guards', 'mail-limits', 'decide', 'plan-hash']);
