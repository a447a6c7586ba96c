/** A thread of many simulated runs. */

import { parentPort, workerData } from 'node:worker_threads';
import type { Share } from './many-runs.ts';
import { type SimulationResult, simulate } from './simulation.ts';

/** Runs between two reports. */
const CHUNK = 25;

const { first, last, step, worlds }: Share = workerData;
let results: SimulationResult[] = [];
for (let seed = first; seed <= last; seed += step) {
  results.push(await simulate(seed, { worlds }));
  if (results.length < CHUNK && seed + step <= last) continue;
  parentPort?.postMessage(results);
  results = [];
}
