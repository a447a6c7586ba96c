// Stands in for the Lambda runtime: loads a bundle, calls its handler with the events its parent sends.
const [, , bundle] = process.argv;

const answer = async (id, work) => {
  try {
    process.send({ id, value: await work() });
  } catch (error) {
    const thrown = Object(error);
    // Lambda logs the name of the error's class.
    process.send({ id, error: thrown.message ?? String(error), errorType: thrown.constructor.name });
  }
};

let handler;
process.on('message', ({ id, event, remainingMs }) => {
  const deadline = Date.now() + remainingMs;
  const context = { getRemainingTimeInMillis: () => deadline - Date.now() };
  void answer(id, () => handler(event, context));
});

await answer('load', async () => {
  ({ handler } = await import(bundle));
  return handler.length;
});
