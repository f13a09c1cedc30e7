import { Echo } from "/rf-broadcast.js";

const find = (selector) => document.querySelector(selector);

// Per tab, so that two tabs are two people even where they share everything else.
const me = { id: sessionStorage.id ??= crypto.randomUUID(), name: sessionStorage.name };
const token = () => `${me.id}.${encodeURIComponent(me.name)}`;

/** Makes an element: `make("p", { className: "note" }, "text", child)`. */
function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function enter() {
  find("#sign-in").hidden = true;
  find("#messages").hidden = find("#say").hidden = false;
  find("#text").focus();

  const echo = new Echo("/ws", { token });
  echo.on("state", ({ state }) => {
    find("#state").textContent = state;
    find("#state").dataset.state = state;
  });

  const room = echo.join("room").last(50)
    .here(showMembers).joining(showMembers).leaving(showMembers)
    .listen("message", addMessage)
    .gap(() => addNote("Connected again. Messages sent in between may be missing."))
    .error(({ message }) => addNote(message));

  function showMembers() {
    const byName = room.members.sort((one, other) => one.info.name.localeCompare(other.info.name));
    find("#members").replaceChildren(...byName.map(({ id, info }) =>
      make("li", {}, make("bdi", { textContent: info.name }), id === me.id ? " (you)" : "", nodeMark(info.node))));
  }
}

const nodeMark = (node) => make("span", { className: "mark", textContent: `node ${node}` });

function addMessage({ from, name, node, text }) {
  const item = make("li", { className: from === me.id ? "own" : "" },
    make("bdi", { textContent: name }), nodeMark(node), make("p", { dir: "auto", textContent: text }));
  find("#messages").append(item);
  item.scrollIntoView({ block: "end" });
}

function addNote(textContent) {
  find("#messages").append(make("li", { className: "note", textContent }));
}

find("#say").onsubmit = async (event) => {
  event.preventDefault();
  find("#fault").textContent = "";
  try {
    const answer = await fetch("/messages", {
      method: "POST",
      headers: { Authorization: `Bearer ${token()}`, "Content-Type": "application/json" },
      body: JSON.stringify({ text: find("#text").value }),
    });
    if (!answer.ok) throw new Error(`The node answered ${answer.status}.`);
    event.target.reset(); // it comes back over the connection, as to everybody
  } catch (fault) {
    find("#fault").textContent = `Not sent. ${fault.message}`;
  }
};

find("#sign-in").onsubmit = (event) => {
  event.preventDefault();
  me.name = sessionStorage.name = find("#name").value.trim();
  if (me.name) enter();
};

const { name } = await (await fetch("/node")).json();
find("#node").textContent = name;
document.title = `Node ${name}`;
if (me.name) enter();
else find("#name").focus();
