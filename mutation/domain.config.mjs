import { mutateRoom } from './mutate-room.mjs';

export default mutateRoom('domain', ['invitation-match', 'quota']);
