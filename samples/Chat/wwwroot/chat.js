// The page: who one is (session), the connection, the room and its people, messages, typing, notifications.
// Whatever people typed goes into the page as text, never as HTML.
import { Echo } from "./rf-broadcast.js";

const $ = (id) => document.getElementById(id);
const log = $("log");
const text = $("text");

/** Where one goes on: to write, or on a phone, where that would open the keyboard, to read. */
function focusRoom() {
  (matchMedia("(pointer: fine)").matches ? text : log).focus();
}

/** Makes an element: `make("p", { className: "note" }, "text", child)`. */
function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

// Session: a cookie says who one is. The page only remembers the name, to sign in again should the server forget the cookie.

let me = null; // { id, name, colour }

async function request(method, url, body, mayRenew = true) {
  const response = await fetch(url, {
    method,
    // The headers name this connection, so that the server can leave it out: "to others".
    headers: { ...echo.headers(), ...(body && { "Content-Type": "application/json" }) },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(15_000),
  });
  if (response.status === 401 && me && mayRenew) {
    await renew();
    return request(method, url, body, false);
  }
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  return response.status === 204 ? null : response.json();
}

async function signIn(name) {
  become(await request("POST", "/session", { name }, false));
}

function become(guest) {
  me = guest;
  localStorage.setItem("name", me.name);
  showPerson($("me").querySelector(".person"), me);
}

let renewing = null;

/** The cookie does not count any more: signs in again, unless another window has, and connects as whom that makes one. */
function renew() {
  const { id, name } = me;
  renewing ??= request("GET", "/session")
    .then((known) => known ? become(known) : signIn(name))
    .then(() => {
      if (me.id !== id) echo.disconnect();
      echo.connect();
    })
    .finally(() => { renewing = null; });
  return renewing;
}

function askName() {
  const known = me !== null;
  $("name").value = me?.name ?? localStorage.getItem("name") ?? "";
  $("name-error").textContent = "";
  $("first-room").hidden = known;
  $("name-cancel").hidden = !known;
  $("name-ok").textContent = known ? "Change name" : "Join the chat";
  $("room-select").replaceChildren(...[...rooms].map((name) => new Option(name, name, false, name === room)));
  $("welcome").showModal();
  $("name").select();
}

$("rename").onclick = () => {
  $("rooms").hidePopover();
  askName();
};
$("name-cancel").onclick = () => $("welcome").close();
$("welcome").onclose = () => me ?? askName(); // Escape is no name
$("name-form").onsubmit = async (event) => {
  event.preventDefault();
  const known = me !== null;
  try {
    await signIn($("name").value);
  } catch (fault) {
    $("name-error").textContent = `That did not work. ${fault.message}`;
    return;
  }
  $("welcome").close();
  if (known) {
    await echo.leave(`chat.${room}`); // the others see the old name go, then the new one come
    echo.disconnect();
    echo.connect();
    enter(room);
  } else {
    location.hash = $("room-select").value;
    begin();
  }
};

// The connection

const echo = new Echo("/ws", { autoConnect: false });
const STATES = {
  connecting: "Connecting…", connected: "Connected", reconnecting: "Reconnecting", disconnected: "Connecting…",
  failed: "Disconnected", offline: "Offline",
};
let countdown = null;

function showState() {
  const state = echo.state !== "connected" && !navigator.onLine ? "offline" : echo.state;
  $("status").dataset.state = state;
  $("status-text").textContent = STATES[state];
  $("retry-now").hidden = state !== "reconnecting" && state !== "failed";
  clearInterval(countdown);
  if (state === "reconnecting") countdown = setInterval(showWait, 250);
  showWait();
}

function showWait() {
  const wait = echo.retryAt === null ? null : Math.ceil((echo.retryAt - Date.now()) / 1000);
  if ($("status").dataset.state !== "reconnecting") $("status-wait").textContent = "";
  else $("status-wait").textContent = wait > 0 ? ` in ${wait} s` : "…";
}

echo.on("state", ({ state, previous, code }) => {
  if (previous === "connected") channel?.members.forEach((member) => goneWithConnection.add(member.id));
  if (state !== "connected") nobodyTypes();
  showState();
  if (state === "failed" && code === 401) renew().catch(() => {});
});
addEventListener("online", showState);
addEventListener("offline", showState);
$("retry-now").onclick = () => {
  focusRoom(); // the button goes
  if (echo.state === "failed") renew().catch(() => {});
  else echo.connect();
};

// Rooms: the address names the room, so the links need no code.

const rooms = new Set(["general", "random", "support", ...JSON.parse(localStorage.getItem("rooms") ?? "[]")]);
let room = roomOfAddress();
let channel = null;

function roomOfAddress() {
  const name = location.hash.slice(1);
  return /^[a-z0-9-]{1,40}$/.test(name) ? name : "general";
}

function showRooms() {
  rooms.add(room);
  localStorage.setItem("rooms", JSON.stringify([...rooms].slice(3).slice(-9)));
  $("room-list").replaceChildren(...[...rooms].map((name) => {
    const link = make("a", { href: `#${name}`, textContent: name });
    if (name === room) link.ariaCurrent = "page";
    return make("li", {}, link);
  }));
  $("room-name").textContent = room;
  document.title = `${room} – Chat`;
}

function enter(name) {
  if (channel) echo.leave(`chat.${room}`);
  room = name;
  showRooms();
  clearLog();
  goneWithConnection.clear();
  nobodyTypes();

  channel = echo.join(`chat.${room}`)
    .last(50)
    .here(() => { showMembers(); afterHistory(); setTimeout(() => goneWithConnection.clear(), 60_000); })
    .joining((member) => { showMembers(); if (!goneWithConnection.delete(member.id)) addNote(`${member.info.name} joined`); })
    .leaving((member) => { showMembers(); setTyping(member.id, false); addNote(`${member.info.name} left`); })
    .listen("message", receive)
    .listenForWhisper("typing", (data, { userId }) => setTyping(userId, data?.on === true))
    .gap(catchUp)
    .error((error) => { if (!error.event && !error.willRetry) addNote(`You cannot be here: ${error.message}`); });
}

/** The connection could not make up for what was missed, as after a restart of the server: asks for what there is now. */
async function catchUp() {
  const asked = room;
  addNote("Connected again. Messages sent in between may be missing.");
  const messages = await request("GET", `/rooms/${asked}/messages`).catch(() => []);
  if (asked === room) messages.forEach((message) => receive(message, null));
}

addEventListener("hashchange", () => {
  $("rooms").hidePopover();
  if (me && roomOfAddress() !== room) enter(roomOfAddress());
  focusRoom();
});
$("room-form").onsubmit = (event) => {
  event.preventDefault();
  location.hash = $("room-input").value;
  event.target.reset();
};

// People

/** Who was here when the connection broke: they come back as one does, which is no news. */
const goneWithConnection = new Set();

function showPerson(element, { name, colour }) {
  element.querySelector(".name").textContent = name;
  const avatar = element.querySelector(".avatar");
  avatar.textContent = [...name][0].toUpperCase();
  avatar.dataset.colour = colour;
}

function showMembers() {
  const members = channel.members.sort((a, b) => (b.id === me.id) - (a.id === me.id) || a.info.name.localeCompare(b.info.name));
  $("members").replaceChildren(...members.map(({ id, info }) => {
    const person = make("li", { className: "person" },
      make("span", { className: "avatar", ariaHidden: "true" }), make("bdi", { className: "name" }));
    if (id === me.id) person.append(make("span", { className: "self", textContent: "(you)" }));
    showPerson(person, info);
    return person;
  }));
  for (const count of document.querySelectorAll(".count")) count.textContent = members.length;
}

// Typing: client events, which go straight to the others in the room.

const typing = new Map(); // user id to the timer that ends it
let saidTyping = 0;

function setTyping(userId, on) {
  clearTimeout(typing.get(userId));
  typing.delete(userId);
  if (on && userId !== me.id) typing.set(userId, setTimeout(() => setTyping(userId, false), 6_000));
  showTyping();
}

function nobodyTypes() {
  typing.forEach((timer) => clearTimeout(timer));
  typing.clear();
  showTyping();
}

function showTyping() {
  const names = (channel?.members ?? []).filter(({ id }) => typing.has(id)).map(({ info }) => info.name);
  const who = names.length > 2 ? "Several people" : names.join(" and ");
  $("typing").textContent = who && `${who} ${names.length > 1 ? "are" : "is"} typing…`;
}

text.oninput = () => {
  const on = text.value !== "";
  if (on ? Date.now() - saidTyping < 3_000 : saidTyping === 0) return;
  saidTyping = on ? Date.now() : 0;
  channel.whisper("typing", { on });
};

// Messages. The sender's id for a message tells copies apart: one shown at once, then perhaps come by the connection too.

const shown = new Map(); // the id of a message to its list item
const unsent = new Map(); // the same, to { message, room }: what is to be tried again
const timeOfDay = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const date = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
let following = true; // whether the newest message is in sight
let historyTimer = null;

/** A message that came by the connection (with `meta`), or was asked for. */
function receive(message, meta) {
  if (!log.classList.contains("settled")) afterHistory();
  setTyping(message.from.id, false);
  if (shown.has(message.id)) delivered(message);
  else addMessage(message, !meta);
}

text.onkeydown = (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $("composer").requestSubmit();
};
$("composer").onsubmit = (event) => {
  event.preventDefault();
  text.focus();
  if (text.value.trim() === "") return;
  const id = Date.now().toString(36) + Math.random().toString(36).slice(2);
  const message = { id, from: me, text: text.value.trim(), sentAt: new Date().toISOString() };
  text.value = "";
  saidTyping = 0; // the message itself tells the others that the typing is over
  addMessage(message);
  scrollToEnd();
  send(message, room);
};

async function send(message, room) {
  const { id, text } = message;
  shown.get(message.id)?.classList.add("sending");
  try {
    await request("POST", `/rooms/${room}/messages`, { id, text });
    delivered(message);
  } catch {
    unsent.set(message.id, { message, room });
    failed(message, room);
  }
}

function delivered(message) {
  const item = shown.get(message.id);
  unsent.delete(message.id);
  item?.classList.remove("sending", "failed");
  item?.querySelector(".delivery")?.remove();
}

function failed(message, room) {
  const item = shown.get(message.id);
  if (!item || item.classList.contains("failed")) return;
  const retry = make("button", { type: "button", textContent: "Try again" });
  retry.onclick = () => {
    focusRoom();
    delivered(message);
    send(message, room);
  };
  item.classList.replace("sending", "failed") || item.classList.add("failed");
  item.append(make("div", { className: "delivery" }, "Not sent.", retry));
  if (following) scrollToEnd();
}

function addMessage(message, byTime = false) {
  const { from, sentAt } = message;
  const time = new Date(sentAt);
  const item = make("li", { className: from.id === me.id ? "message own" : "message" },
    make("span", { className: "avatar", ariaHidden: "true" }),
    make("div", { className: "about" },
      make("bdi", { className: from.id === me.id ? "name unseen" : "name" }),
      make("time", { dateTime: sentAt, title: time.toLocaleString(), textContent: timeOfDay.format(time) })),
    make("div", { className: "bubble", dir: "auto", textContent: message.text }));
  item.dataset.colour = from.colour;
  item.dataset.by = from.id;
  item.dataset.at = time.getTime();
  showPerson(item, from);
  shown.set(message.id, item);
  $("empty").hidden = true;

  const later = byTime ? [...$("messages").children].find(({ dataset }) => dataset.at > item.dataset.at) : null;
  if (!later) addDay(time);
  add(item, later);
  group(item);
  if (later) group(later);
}

/** One after another by the same person, within minutes, are shown as one block. */
function group(item) {
  const { by, at } = item.previousElementSibling?.dataset ?? {};
  item.classList.toggle("follows", by !== undefined && by === item.dataset.by && item.dataset.at - at < 5 * 60_000);
}

/** A line before the first message of a day, unless everything is of today. */
function addDay(time) {
  const day = time.toDateString();
  const before = $("messages").dataset.day;
  const today = day === new Date().toDateString();
  $("messages").dataset.day = day;
  if (day !== before && (before || !today)) addNote(today ? "Today" : date.format(time), "note day", time);
}

function addNote(words, className = "note", time = new Date()) {
  const note = make("li", { className, textContent: words });
  note.dataset.at = time.getTime();
  add(note);
}

function add(item, before = null) {
  $("messages").insertBefore(item, before);
  if (following) scrollToEnd();
  else $("newer").hidden = false;
}

function clearLog() {
  $("messages").replaceChildren();
  delete $("messages").dataset.day;
  shown.clear();
  $("empty").hidden = true;
  log.classList.remove("settled");
  log.ariaLive = "off"; // a screen reader need not read old messages aloud
  following = true;
}

/** The last messages come right after one has entered: when no more of them come, the room is as it was. */
function afterHistory() {
  clearTimeout(historyTimer);
  historyTimer = setTimeout(() => {
    log.classList.add("settled");
    log.ariaLive = "polite";
    for (const one of [...unsent.values()].filter((one) => one.room === room && !shown.has(one.message.id))) {
      addMessage(one.message);
      failed(one.message, room);
    }
    $("empty").hidden = shown.size > 0;
  }, 200);
}

function scrollToEnd() {
  log.scrollTop = log.scrollHeight;
  $("newer").hidden = true;
}

log.onscroll = () => {
  following = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  if (following) $("newer").hidden = true;
};
new ResizeObserver(() => following && scrollToEnd()).observe(log); // a phone's keyboard takes half of it
$("newer").onclick = () => {
  scrollToEnd();
  focusRoom();
};

// Notifications: on the user's own channel, which needs no name and no grant.

echo.user().notification(({ title, message }, { timestamp }) => {
  const words = () => [make("strong", { textContent: title }), message];
  const time = new Date(timestamp);
  $("no-notifications").hidden = true;
  $("notifications").prepend(make("li", {}, ...words(), make("br"), make("time", { dateTime: timestamp, textContent: timeOfDay.format(time) })));
  while ($("notifications").children.length > 5) $("notifications").lastElementChild.remove();
  showToast(...words());
});

$("notify").onclick = () => request("POST", "/notifications").catch((fault) => showToast(`No notification: ${fault.message}`));

function showToast(...words) {
  const close = make("button", { type: "button", ariaLabel: "Close", textContent: "×" });
  const toast = make("div", { className: "toast" }, make("div", {}, ...words), close);
  const timer = setTimeout(() => toast.remove(), 8_000);
  close.onclick = () => {
    clearTimeout(timer);
    toast.remove();
    focusRoom();
  };
  $("toasts").hidePopover();
  $("toasts").showPopover(); // over whatever else is open
  $("toasts").append(toast);
}

// Start

function begin() {
  showState();
  echo.connect();
  enter(roomOfAddress());
  focusRoom();
}

showRooms();
try {
  const known = await request("GET", "/session");
  const name = localStorage.getItem("name");
  if (known) become(known);
  else if (name) await signIn(name);
} catch {
  // The form for the name is there to try again.
}
if (me) begin();
else askName();
