import { mutateRoom } from './mutate-room.mjs';

export default mutateRoom('state', ['ledger-update', 'run-pointer', 'recover-runs']);
