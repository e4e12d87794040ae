// Threads need a page that is isolated from others: by the server's headers, or by our own worker.

const TRIED = "isolation";

/** Begin again under the service worker, once for each visit; without one, go on as it is. */
export async function isolate() {
  if (crossOriginIsolated || !navigator.serviceWorker || sessionStorage.getItem(TRIED)) return;
  sessionStorage.setItem(TRIED, "tried");
  try {
    await navigator.serviceWorker.register("threads.js");
    await navigator.serviceWorker.ready;
  } catch {
    return; // a private window may forbid it, and one thread paints too
  }
  location.reload();
  await new Promise(() => {}); // until the page is gone
}
