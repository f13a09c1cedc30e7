import { Echo } from "/rf-broadcast.js";

const staff = ["kim", "sam"];
const shippers = ["sam"];

const find = selector => document.querySelector(selector);
const rows = new Map(); // by order id
let me, token, echo;

// --- The token -------------------------------------------------------------------------------------------------------

// A real page would ask its identity provider.
async function newToken(user) {
  const answer = await fetch("/demo/token", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ user }),
  });
  if (!answer.ok) throw new Error(`There is no token for ${user} (${answer.status}).`);
  const made = await answer.json();
  note(`new token, until ${new Date(made.expiresAt).toLocaleTimeString()}`);
  return made.token;
}

async function call(path, body) {
  const send = () => fetch(path, {
    method: body ? "POST" : "GET",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });
  token ??= await newToken(me);
  let answer = await send();
  if (answer.status === 401) {
    token = await newToken(me); // the old one expired
    answer = await send();
  }
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

// --- Live ------------------------------------------------------------------------------------------------------------

async function signIn(user) {
  echo?.disconnect();
  me = user;
  token = null;
  rows.clear();
  find("#orders").replaceChildren();

  // Asked before every connect, so also after the server has closed because the last token expired (4203).
  echo = new Echo("/ws", { token: async () => token = await newToken(user) });
  echo.on("state", ({ state, code, reason }) => {
    find("#state").textContent = state;
    find("#state").dataset.state = state;
    note(state + (code ? `: ${code} ${reason}` : ""));
  });
  echo.user().notification(({ title, message }) => toast(title, message));

  const orders = await call("/api/orders");
  if (me !== user) return; // somebody else was chosen meanwhile
  orders.forEach(show);
  if (staff.includes(user)) {
    echo.private("staff.orders").last(200)
      .listen("OrderPlaced", ({ order }) => rows.has(order.id) || show(order))
      .listen("OrderShipped", shipped)
      .gap(reload);
  }
  if (shippers.includes(user)) {
    echo.private("warehouse").listen("ParcelToPack", ({ orderId, item }) => toast(`Pack order ${orderId}`, item));
  }
}

// A customer follows each order on its own channel. What was sent between loading and subscribing is among the last ones.
function follow({ id }) {
  echo.private(`orders.${id}`).last(20).listen("OrderShipped", shipped).gap(reload);
}

async function reload() {
  (await call("/api/orders")).forEach(show);
}

function shipped({ orderId, carrier }) {
  const row = rows.get(orderId);
  if (!row || row.order.carrier) return;
  show({ ...row.order, carrier });
  row.element.classList.add("fresh");
  note(`order ${orderId} was shipped with ${carrier}`);
}

// --- The page --------------------------------------------------------------------------------------------------------

function show(order) {
  let row = rows.get(order.id);
  if (!row) {
    row = { element: find("#order").content.firstElementChild.cloneNode(true) };
    rows.set(order.id, row);
    find("#orders").append(row.element);
    row.element.querySelector("form").addEventListener("submit", event => {
      event.preventDefault();
      attempt(call(`/api/orders/${order.id}/ship`, { carrier: event.target.querySelector("select").value }));
    });
    if (!staff.includes(me)) follow(order);
  }
  row.order = order;
  const part = selector => row.element.querySelector(selector);
  part("strong").textContent = order.item;
  part(".what span").textContent = `order ${order.id}` + (staff.includes(me) ? `, ${order.customerId}` : "");
  part(".chip").textContent = order.carrier ? `on its way with ${order.carrier}` : "being packed";
  part(".chip").classList.toggle("done", Boolean(order.carrier));
  part("form").hidden = Boolean(order.carrier) || !shippers.includes(me);
}

function note(text) {
  const line = document.createElement("li");
  const time = document.createElement("time");
  time.textContent = new Date().toLocaleTimeString();
  line.append(time, text);
  find("#log").prepend(line);
  while (find("#log").children.length > 40) find("#log").lastChild.remove();
}

function toast(title, message) {
  const box = document.createElement("p");
  const head = document.createElement("strong");
  head.textContent = title;
  box.append(head, message);
  find("#toasts").append(box);
  setTimeout(() => box.remove(), 6000);
}

function attempt(promise) {
  promise.catch(error => toast("That did not work", error.message));
}

find("#place").addEventListener("submit", event => {
  event.preventDefault();
  const item = find("#item").value;
  event.target.reset();
  attempt(call("/api/orders", { item }).then(show));
});

// Who one is stands in the address, so that two windows can be two people.
function choose() {
  const user = location.hash.slice(1);
  document.querySelectorAll("nav a").forEach(link =>
    link.hash === location.hash ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current"));
  find("#hint").hidden = Boolean(user);
  find("#place").hidden = !user || staff.includes(user);
  if (user) attempt(signIn(user));
}
addEventListener("hashchange", choose);
choose();
