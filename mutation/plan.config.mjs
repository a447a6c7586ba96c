import { mutateRoom } from './mutate-room.mjs';

export default mutateRoom('plan', ['plan', 'decide-entry', 'guards', 'mail-limits', 'decide', 'plan-hash']);
