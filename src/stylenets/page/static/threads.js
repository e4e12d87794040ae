// A service worker: adds the headers that let the page have threads, where a server sends none.

const HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

async function isolated(request) {
  const { body, status, statusText, headers } = await fetch(request);
  const more = new Headers(headers);
  for (const [name, value] of Object.entries(HEADERS)) more.set(name, value);
  const empty = [204, 205, 304].includes(status); // such an answer may have no body
  return new Response(empty ? null : body, { status, statusText, headers: more });
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  if (event.request.method === "GET" && event.request.url.startsWith(self.location.origin)) {
    event.respondWith(isolated(event.request));
  }
});
