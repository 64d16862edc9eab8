/* The page's script: listens for buttons marked data-act, for keys, and for what Gradio brings. */
"use strict";

window.articleqa = (() => {
  const find = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const tell = (part, event, data = {}) => window.articleqaParts?.[part]?.trigger(event, data);
  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  const element = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  };

  /* ---- asking: the Ask button sends what stands in the box, the filters, and what a button wished ---- */
  let wish = {};
  let asks = 0;
  let waiting = null;
  const only = new Map();
  const box = () => find("#question textarea");
  const newestTurn = () => find("#last .turn")?.dataset.turn ?? "";
  // Of a question just sent nothing is seen yet; should nothing come of it, the next one is let through.
  const justSent = () => newestTurn() === waiting.after && Date.now() - waiting.since < 2000;
  const busy = () => waiting !== null && (justSent() || find("#last .turn.working") !== null);
  const ask = (wanted) => { if (busy()) return; wish = wanted; show("ask"); find("#ask").click(); };
  const asked = (question) => {
    asks += 1;
    const sent = { ...filters(), ...(editing ? { replaces: editing } : {}), ...wish, number: asks };
    wish = {};
    stopEditing();
    return [question, JSON.stringify(sent), null];
  };
  const soFar = () => JSON.stringify({ number: asks });
  // One question at a time: Gradio would send a second press along with the first.
  const pressed = (event) => {
    if (busy()) { event.preventDefault(); event.stopImmediatePropagation(); return; }
    const something = wish.question || wish.repeat || box().value.trim();
    if (something) waiting = { after: newestTurn(), since: Date.now() };
  };
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("#stop, #clear")) waiting = null;
    if (event.target.closest?.("#ask")) pressed(event);
  }, true);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target === box()) pressed(event);
  }, true);
  const fill = (words) => {
    const area = box();
    area.value = words;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
  };
  let editing = "";
  const edit = (turn) => {
    editing = turn.dataset.turn;
    turn.classList.add("being-edited");
    fill(find(".question", turn).textContent);
  };
  const stopEditing = () => {
    editing = "";
    all(".being-edited").forEach((one) => one.classList.remove("being-edited"));
  };

  /* ---- filters ---- */
  const filters = () => {
    const form = find('[data-form="filters"]');
    const read = { articles: [...only.keys()], use_llm: find("#use-llm")?.checked ?? true };
    if (form) {
      read.outlets = all('input[name="outlet"]:checked', form).map((one) => one.value);
      read.start = form.elements.start.value;
      read.end = form.elements.end.value;
    }
    return read;
  };
  const chip = (words, undo) => {
    const name = element("span", { class: "chip-name" }, words);
    const off = element("button", { type: "button", class: "icon", "aria-label": `Remove the filter: ${words}` }, "×");
    off.addEventListener("click", () => { undo(); showChosen(); box().focus(); });
    return element("span", { class: "chip" }, name, off);
  };
  const showChosen = () => {
    const form = find('[data-form="filters"]');
    const place = form && find(".chosen", form);
    if (!place) return;
    const chips = all('input[name="outlet"]:checked', form).map((one) => chip(one.value, () => { one.checked = false; }));
    for (const [name, words] of [["start", "from"], ["end", "to"]]) {
      const day = form.elements[name];
      if (day.value) chips.push(chip(`${words} ${day.value}`, () => { day.value = ""; }));
    }
    for (const [id, title] of only) chips.push(chip(title, () => only.delete(id)));
    place.replaceChildren(...chips);
  };

  /* ---- the article beside the conversation ---- */
  let opener = null;
  const markOpened = (turn, number) => {
    all('.cite[aria-expanded="true"]').forEach((one) => one.removeAttribute("aria-expanded"));
    if (turn && number) citesOf(turn, number).forEach((one) => one.setAttribute("aria-expanded", "true"));
  };
  const citesOf = (turn, number) =>
    all(`.cite[data-turn="${CSS.escape(turn)}"]`).filter((one) => !number || Number(one.dataset.number) === number);
  let wanted = "";
  const want = (passage) => {
    const before = wanted;
    wanted = JSON.stringify(passage);
    // The same pane again would be no news to Gradio, and nothing would happen.
    if (wanted === before && find("#evidence .pane")) arrived();
    else tell("evidence", "select", passage);
  };
  const open = (by, passage) => { opener = by; want(passage); };
  const arrived = () => {
    const pane = find("#evidence .pane");
    document.body.classList.toggle("reading", Boolean(pane));
    if (!pane) return;
    markOpened(pane.dataset.turn, Number(pane.dataset.number));
    const scroller = find(".pane-scroll", pane);
    const mark = find("mark.current", pane);
    requestAnimationFrame(() => {
      const top = mark
        ? mark.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop - scroller.clientHeight / 3
        : 0;
      scroller.scrollTo({ top, behavior: calm() ? "auto" : "smooth" });
      if (!pane.contains(document.activeElement)) scroller.focus({ preventScroll: true });
    });
  };
  const closePane = () => {
    document.body.classList.remove("reading");
    markOpened();
    if (opener?.isConnected) opener.focus();
    else box().focus();
    opener = null;
  };
  const walk = (step) => {
    const pane = document.body.classList.contains("reading") ? find("#evidence .pane") : null;
    const turn = pane?.dataset.turn || all(".turn.answered").pop()?.dataset.turn;
    if (!turn) return;
    const numbers = [...new Set(citesOf(turn).map((one) => Number(one.dataset.number)))].sort((a, b) => a - b);
    if (!numbers.length) return;
    const at = numbers.indexOf(Number(pane?.dataset.number));
    const next = at < 0 ? (step > 0 ? 0 : numbers.length - 1) : (at + step + numbers.length) % numbers.length;
    want({ turn, number: numbers[next] });
  };

  /* ---- small forms in place ---- */
  const smallForm = (label, value, submit, send) => {
    const input = element("input", { type: "text", value, maxlength: "500" });
    const form = element("form", { class: "inline-form" }, element("label", {}, label, input), element("button", { type: "submit" }, submit));
    form.addEventListener("submit", (event) => { event.preventDefault(); send(input.value.trim()); });
    return [form, input];
  };
  const editSearch = (it) => {
    const send = (words) => words && ask({ repeat: true, replaces: it.dataset.turn, searched_for: words });
    const [form, input] = smallForm("Search for", it.dataset.text, "Search", send);
    it.closest(".searched").replaceChildren(form);
    input.focus();
  };
  const rate = (it) => {
    const { turn, side } = it.dataset;
    const actions = it.closest(".actions");
    all('[data-act="rate"]', actions).forEach((one) => one.setAttribute("aria-pressed", String(one === it)));
    find(".inline-form", actions)?.remove();
    if (side === "up") { tell("rating", "select", { turn, side }); return; }
    const send = (correction) => { tell("rating", "select", { turn, side, correction }); form.remove(); it.focus(); };
    const [form, input] = smallForm("What is right? (may stay empty)", "", "Keep", send);
    if (it.closest(".answered") || find(".guess", it.closest(".turn"))) {
      const none = element("button", { type: "button", class: "link" }, "The articles do not say");
      none.addEventListener("click", () => { tell("rating", "select", { turn, side, impossible: true }); form.remove(); it.focus(); });
      form.append(none);
    }
    actions.append(form);
    input.focus();
  };
  const rated = () => {
    const thanks = find("#rating p");
    const actions = thanks && find(`.turn[data-turn="${CSS.escape(thanks.dataset.turn)}"] .actions`);
    if (!actions) return;
    find(".thanks", actions.parentElement)?.remove();
    actions.after(element("p", { class: "thanks", role: "status" }, thanks.textContent));
  };
  const copy = async (it) => {
    const text = find(".copy-text", it.closest(".actions")).textContent;
    let done = "Copied";
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Without https only this old way is left.
      const area = element("textarea", { class: "visually-hidden" });
      area.value = text;
      it.after(area);
      area.select();
      done = document.execCommand("copy") ? "Copied" : "Could not copy";
      area.remove();
    }
    it.textContent = done;
    it.setAttribute("role", "status");
    setTimeout(() => { it.textContent = "Copy with sources"; it.removeAttribute("role"); }, 2000);
  };
  const unpack = () => {
    const parcel = find("#parcels pre");
    if (!parcel?.textContent.trim()) return;
    const kinds = { md: "text/markdown", html: "text/html", json: "application/json" };
    const link = element("a", { download: `conversation.${parcel.dataset.kind}` });
    link.href = URL.createObjectURL(new Blob([parcel.textContent], { type: kinds[parcel.dataset.kind] }));
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };

  /* ---- views, colours, keys ---- */
  const show = (view) => {
    document.body.dataset.view = view;
    all(".masthead .tab").forEach((tab) => {
      if (tab.dataset.view === view) tab.setAttribute("aria-current", "page");
      else tab.removeAttribute("aria-current");
    });
  };
  const keep = (name, value) => { try { localStorage.setItem(`articleqa.${name}`, value); } catch { /* kept for this page only */ } };
  const kept = (name) => { try { return localStorage.getItem(`articleqa.${name}`); } catch { return null; } };
  const colours = () => {
    const dark = document.body.classList.toggle("dark");
    keep("colours", dark ? "dark" : "light");
  };
  let keysOn = kept("keys") !== "off";

  const talks = window.articleqaKept({ find, element, tell, show, smallForm, soFar });

  /* ---- what buttons do ---- */
  const acts = {
    cite: (it) => open(it, { turn: it.dataset.turn, number: Number(it.dataset.number) }),
    passage: (it) => open(it, { turn: it.dataset.turn, place: Number(it.dataset.place) }),
    article: (it) => open(it, { article: it.dataset.article }),
    walk: (it) => walk(Number(it.dataset.step)),
    "close-pane": closePane,
    retry: (it) => ask({ repeat: true, replaces: it.dataset.turn }),
    "all-dates": (it) => ask({ repeat: true, replaces: it.dataset.turn, dates_from_question: false }),
    "edit-search": editSearch,
    edit: (it) => edit(it.closest(".turn")),
    suggestion: (it) => ask({ question: it.dataset.question }),
    copy, rate, ...talks.acts,
    "only-article": (it) => { only.set(it.dataset.article, it.dataset.title); show("ask"); showChosen(); box().focus(); },
    "toggle-filters": (it) => {
      const sheet = find("#filter-sheet");
      sheet.hidden = !sheet.hidden;
      it.setAttribute("aria-expanded", String(!sheet.hidden));
    },
    "clear-filters": (it) => { it.closest("form").reset(); only.clear(); showChosen(); dressSwitch(); },
    view: (it) => show(it.dataset.view),
    colours,
    keys: (it) => { keysOn = it.checked; keep("keys", keysOn ? "on" : "off"); },
    "new-conversation": () => { talks.beginTalk(); show("ask"); stopEditing(); find("#clear").click(); closePane(); },
    export: (it) => tell("parcels", "select", { kind: it.dataset.kind }),
    samples: () => { show("articles"); tell("intake", "select", { kind: "samples" }); },
    sync: () => tell("intake", "select", { kind: "sync" }),
    "cancel-sync": () => tell("intake", "clear"),
  };
  document.addEventListener("click", (event) => {
    const it = event.target.closest?.("[data-act]");
    if (it && acts[it.dataset.act]) acts[it.dataset.act](it, event);
    const menu = find(".menu[open]");
    // What was pressed may be gone from the page by now, and still have been in the menu.
    if (menu && !event.composedPath().includes(menu)) menu.open = false;
  });
  const shelf = () => {
    const form = find('[data-form="shelf"]');
    tell("shelf", "select", Object.fromEntries(new FormData(form)));
  };
  let later = 0;
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("[data-form]");
    if (event.target.id === "use-llm") keep("use-llm", event.target.checked ? "on" : "off");
    if (form?.dataset.form === "filters") showChosen();
    if (form?.dataset.form === "shelf") { clearTimeout(later); later = setTimeout(shelf, 200); }
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-form]")) event.preventDefault();
    if (event.target.matches('[data-form="shelf"]')) shelf();
  });

  const typing = (target) => target.closest?.('input:not([type="checkbox"]), textarea, select, [contenteditable]');
  const escape = () => {
    const menu = find(".menu[open]");
    if (menu) { menu.open = false; find("summary", menu).focus(); }
    else if (editing) { stopEditing(); fill(""); }
    else if (document.body.classList.contains("reading")) closePane();
  };
  const keys = {
    "/": (event) => { event.preventDefault(); show("ask"); box().focus(); },
    "[": () => walk(-1),
    "]": () => walk(1),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") escape();
    else if (keysOn && !typing(event.target)) keys[event.key]?.(event);
  });

  /* ---- what Gradio brings ---- */
  let newest = "";
  const cameIn = () => {
    const turn = find("#last .turn");
    if (turn?.matches(".answered, .unanswered")) {
      tell("archive", "select");
      // Read out to those who do not see it: the short answer only, the rest is there to be walked through.
      find("#announcer").textContent = find(".short, .prose, .split", turn)?.textContent || "";
    }
    if (!turn || turn.dataset.turn === newest) return;
    newest = turn.dataset.turn;
    requestAnimationFrame(() => turn.scrollIntoView({ block: "start", behavior: calm() ? "auto" : "smooth" }));
  };
  const dressed = () => {
    show(document.body.dataset.view || "ask");
    const box = find('[data-act="keys"]');
    if (box) box.checked = keysOn;
    talks.listTalks();
  };
  const dressSwitch = () => {
    const box = find("#use-llm");
    if (box) box.checked = kept("use-llm") !== "off";
  };
  const dressFilters = () => { dressSwitch(); showChosen(); };
  const watched = { evidence: arrived, last: cameIn, masthead: dressed, rating: rated, parcels: unpack, filters: dressFilters, archive: talks.keepTalk };
  const bound = (name, watch) => {
    if (watched[name]) watch("value", () => requestAnimationFrame(watched[name]));
    if (name === "masthead" && kept("colours")) document.body.classList.toggle("dark", kept("colours") === "dark");
  };

  return { asked, cleared: soFar, bound };
})();
