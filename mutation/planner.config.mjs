import { mutateRoom } from './mutate-room.mjs';

export default mutateRoom('planner', ['apply-plan']);
