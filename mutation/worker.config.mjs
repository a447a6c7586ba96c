import { mutateRoom } from './mutate-room.mjs';

export default mutateRoom('worker', [
  'quota-gate',
  'execute-job',
  'existing-access',
  'resolve-unknown',
  'final-or-retry',
  'give-up',
  'fence',
]);
