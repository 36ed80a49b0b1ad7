// Talks to the playground: orders, and the stream of changes.

export class Refused extends Error {}

// Milliseconds until something is asked for again that the playground did not answer.
export const AGAIN_AFTER = 1000;

export async function order(name, told) {
  const response = await fetch(`/_playground/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(told),
  });
  const answer = await response.json();
  if (!answer.ok) throw new Refused(answer.error);
  return answer.answer;
}

// Calls `changed(event)` for every change this person may see, and `lost(true | false)` when the
// stream breaks or comes back. Returns a function that ends it.
export function listen(person, changed, lost) {
  let source;
  let later;
  const open = () => {
    source = new EventSource(`/_playground/feed?person=${encodeURIComponent(person)}`);
    source.onmessage = (message) => changed(JSON.parse(message.data));
    source.onopen = () => lost(false);
    source.onerror = () => {
      lost(true);
      // The browser itself tries again after a broken connection, but not after a wrong answer.
      if (source.readyState === EventSource.CLOSED) later = setTimeout(open, AGAIN_AFTER);
    };
  };
  open();
  return () => {
    clearTimeout(later);
    source.close();
  };
}
