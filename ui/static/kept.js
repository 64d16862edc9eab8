/* Conversations kept in this browser: listed in the menu, reopened, renamed, deleted. Used by chat.js. */
"use strict";

window.articleqaKept = ({ find, element, tell, show, smallForm, soFar }) => {
  const TALK = "articleqa.talk.";
  let talk = "";
  const talks = () => {
    const found = [];
    try {
      for (let place = 0; place < localStorage.length; place += 1) {
        const name = localStorage.key(place);
        if (name.startsWith(TALK)) found.push({ id: name.slice(TALK.length), ...JSON.parse(localStorage.getItem(name)) });
      }
    } catch { /* none can be read, so none are listed */ }
    return found.sort((a, b) => b.when - a.when);
  };
  const write = (id, title, text) => {
    const value = JSON.stringify({ title, text, when: Date.now() });
    for (;;) {
      try { localStorage.setItem(TALK + id, value); return; } catch {
        // The store is full: the oldest conversation makes room.
        const oldest = talks().filter((one) => one.id !== id).pop();
        if (!oldest) return;
        localStorage.removeItem(TALK + oldest.id);
      }
    }
  };
  const keepTalk = () => {
    const kept = find("#archive pre");
    // A conversation that was reopened comes with its name; from then on it is the one that is written to.
    [talk] = (kept?.dataset.talk || talk).split(" ");
    const text = kept?.textContent;
    if (!text || !find(".turn")) return;
    talk ||= Date.now().toString(36) + Math.random().toString(36).slice(2, 6);
    const before = talks().find((one) => one.id === talk);
    write(talk, before?.title || find(".turn .question").textContent, text);
    listTalks();
  };
  const listTalks = () => {
    const list = find(".kept ul");
    if (!list) return;
    const button = (act, words, id, label) => element("button", { type: "button", class: "link", "data-act": act, "data-talk": id, ...(label ? { "aria-label": label } : {}) }, words);
    const items = talks().slice(0, 50).map((one) => element("li", {},
      button("open-talk", one.title, one.id),
      element("span", {}, button("rename-talk", "Rename", one.id, `Rename: ${one.title}`), " ", button("delete-talk", "Delete", one.id, `Delete: ${one.title}`)),
    ));
    list.replaceChildren(...(items.length ? items : [element("li", {}, "none yet")]));
  };
  const one = (id) => talks().find((found) => found.id === id);
  const acts = {
    "open-talk": (it) => {
      const { id, text } = one(it.dataset.talk);
      // With the time, since the same value twice would be no news to Gradio.
      tell("archive", "submit", { text, asked: soFar(), talk: `${id} ${Date.now()}` });
      show("ask");
      find(".menu").open = false;
    },
    "delete-talk": (it) => {
      localStorage.removeItem(TALK + it.dataset.talk);
      if (talk === it.dataset.talk) talk = "";
      listTalks();
      find(".menu summary").focus();
    },
    "rename-talk": (it) => {
      const { id, title, text } = one(it.dataset.talk);
      const [form, input] = smallForm("Name", title, "Rename", (name) => { if (name) write(id, name, text); listTalks(); });
      it.closest("li").replaceChildren(form);
      input.focus();
    },
  };

  return { acts, keepTalk, listTalks, beginTalk: () => { talk = ""; } };
};
