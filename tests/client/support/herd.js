// Many browser clients in one process: node herd.js URL CHANNEL COUNT
// Each line on stdin is answered with one line of JSON: "report" with what they saw, "forget" with {} (only what was
// received is remembered beyond it).
import { createInterface } from "node:readline";
import { WebSocket } from "ws";
import { Echo } from "../../../src/RfBroadcast.AspNetCore/Client/rf-broadcast.js";

const [url, channel, count] = process.argv.slice(2);

let seen;
const forget = () => { seen = { delays: [], losses: {}, recoveries: {}, gaps: {}, errors: {} }; };
const add = (counts, key) => { counts[key] = (counts[key] ?? 0) + 1; };

/** Runs of consecutive numbers: `[[1, 100]]` is all of them, once and in order; whatever else comes starts another run. */
class Received {
  runs = [];

  take(number) {
    const last = this.runs.at(-1);
    if (last && number === last[1] + 1) last[1] = number;
    else this.runs.push([number, number]);
  }

  toString() {
    return this.runs.map(([first, last]) => `${first}-${last}`).join(",");
  }
}

function join() {
  const echo = new Echo(url, { WebSocket, window: null });
  const client = { echo, received: new Received(), isSubscribed: false };
  echo.on("state", ({ state, previous, code }) => {
    if (state === "reconnecting" && previous === "connected") {
      client.isSubscribed = false;
      seen.delays.push(Math.max(0, Math.round(echo.retryAt - Date.now())));
      add(seen.losses, code);
    }
  });
  echo.on("error", (error) => add(seen.errors, error.code));
  echo.channel(channel)
    .listen("tick", (data) => client.received.take(Number.parseInt(data, 10)))
    .subscribed(({ recovered }) => {
      client.isSubscribed = true;
      add(seen.recoveries, recovered);
    })
    .gap(({ reason }) => add(seen.gaps, reason));
  return client;
}

forget();
const clients = Array.from({ length: Number(count) }, join);

function report() {
  const [states, received] = [{}, {}];
  for (const client of clients) {
    add(states, client.echo.state);
    add(received, client.received);
  }
  return { states, received, subscribed: clients.filter(({ isSubscribed }) => isSubscribed).length, ...seen };
}

for await (const line of createInterface({ input: process.stdin })) {
  if (line === "forget") forget();
  console.log(JSON.stringify(line === "report" ? report() : {}));
}
process.exit();
