/** Whether at most `edits` letters are missing, added, changed or swapped with the next one. */
export const isWithin = (a: string, b: string, edits: number): boolean => {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  const [restA, restB] = [a.slice(at), b.slice(at)];
  if (restA === restB) return true;
  if (edits === 0 || Math.abs(restA.length - restB.length) > edits) return false;
  const isSwap = restA.length > 1 && restA[0] === restB[1] && restA[1] === restB[0];
  return (
    isWithin(restA.slice(1), restB, edits - 1) ||
    isWithin(restA, restB.slice(1), edits - 1) ||
    isWithin(restA.slice(1), restB.slice(1), edits - 1) ||
    (isSwap && isWithin(restA.slice(2), restB.slice(2), edits - 1))
  );
};
