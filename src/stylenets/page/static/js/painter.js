// The page's side of the worker: every task is a promise.

const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
const waiting = new Map();
let count = 0;

worker.onmessage = ({ data: { id, result, error, done } }) => {
  const { resolve, reject, tell } = waiting.get(id);
  if (done !== undefined) {
    tell(done);
    return;
  }
  waiting.delete(id);
  if (error === undefined) resolve(result);
  else reject(new Error(error));
};
worker.onerror = ({ message }) => {
  for (const { reject } of waiting.values()) reject(new Error(message || "the worker stopped"));
  waiting.clear();
};

/** Have the worker do a task of its list; `tell` hears what part of a long one is done. */
export function ask(task, given, tell = () => {}) {
  return new Promise((resolve, reject) => {
    waiting.set(++count, { resolve, reject, tell });
    worker.postMessage({ id: count, task, given });
  });
}
