// Comfort only: every page works without it.

// One click, one note: the second press of an impatient visitor does nothing.
for (const form of document.querySelectorAll('form[method="post"]')) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = 'yes';
    form.querySelector('button')?.setAttribute('aria-disabled', 'true');
  });
}
// Coming back through the history shows the page as it was left.
window.addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) {
    delete form.dataset.sent;
    form.querySelector('button')?.removeAttribute('aria-disabled');
  }
});

// Older notes arrive below the list, in place of a new page.
const list = document.querySelector('.notes');
const more = document.querySelector('.more');
more?.addEventListener('click', async (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (more.getAttribute('aria-busy') === 'true') return;
  more.setAttribute('aria-busy', 'true');
  try {
    const answer = await fetch(`/api/notes?limit=20&after=${more.dataset.after}`, {
      headers: { Accept: 'application/json' },
    });
    if (!answer.ok) throw new Error(String(answer.status));
    const { notes, next } = await answer.json();
    const items = notes.map(item);
    list.append(...items);
    items[0]?.querySelector('a')?.focus();
    if (next === null) more.remove();
    else {
      more.dataset.after = next;
      more.href = `/?after=${next}`;
    }
  } catch {
    // The page that the link leads to says what is wrong.
    window.location.assign(more.href);
  } finally {
    more.removeAttribute('aria-busy');
  }
});

function item(note) {
  const copy = document.getElementById('note-item').content.cloneNode(true);
  const link = copy.querySelector('.note-title');
  link.textContent = note.title;
  link.href = `/notes/${note.id}`;
  const text = copy.querySelector('.note-text');
  if (note.text) text.textContent = note.text;
  else text.remove();
  const time = copy.querySelector('time');
  time.dateTime = note.created_at;
  time.textContent = `${note.created_at.slice(0, 10)} ${note.created_at.slice(11, 16)} UTC`;
  const remove = copy.querySelector('.note-delete');
  remove.href = `/notes/${note.id}/delete`;
  remove.querySelector('.hidden').textContent = ` ${note.title}`;
  return copy.querySelector('li');
}
