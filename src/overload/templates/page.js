(() => {
  const box = document.querySelector('[data-seconds]');
  if (!box) return;
  const { intent, trying, ready, paused, resume } = box.dataset;
  const looking = intent === 'looking';
  const time = box.querySelector('[role=timer]');
  const line = box.querySelector('[data-line]');
  const said = box.querySelector('.said');
  const clock = box.querySelector('.clock');
  const bar = box.querySelector('i');
  const button = box.querySelector('button');
  const language = document.documentElement.lang || 'en';
  const key = `spillway ${location.pathname}${location.search}`;
  const seconds = Math.max(1, Number(box.dataset.seconds) || 1);
  const inWords = (count) => {
    const unit = count > 120 ? 'minute' : 'second';
    const number = count > 120 ? Math.ceil(count / 60) : count;
    return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(number);
  };
  let attempts = 0;
  try {
    const before = JSON.parse(sessionStorage.getItem(key));
    if (before && Date.now() - before.at < 9e5) attempts = before.attempts;
  } catch {}
  const grown = Math.min(seconds * 1.5 ** attempts, Math.max(seconds, 300));
  const wait = looking ? grown * (attempts ? 1 + Math.random() / 4 : 1) : seconds;
  const end = Date.now() + wait * 1000;
  let timer;
  const say = (words) => {
    if (said.textContent !== words) said.textContent = words;
  };
  const retry = () => {
    if (navigator.onLine === false) return addEventListener('online', retry, { once: true });
    line.textContent = trying;
    try {
      sessionStorage.setItem(key, JSON.stringify({ attempts: attempts + 1, at: Date.now() }));
    } catch {}
    location.reload();
  };
  const tick = () => {
    const left = Math.ceil((end - Date.now()) / 1000);
    if (left > 0) {
      time.textContent = inWords(left);
      timer = setTimeout(tick, end - Date.now() - (left - 1) * 1000 + 5);
      return;
    }
    bar.style.animation = 'none';
    clock.textContent = '';
    if (looking) return retry();
    line.textContent = ready;
    say(ready);
  };
  bar.style.animationDuration = `${wait}s`;
  clock.textContent = `(${new Intl.DateTimeFormat(language, { timeStyle: 'medium' }).format(end)})`;
  if (button && looking) {
    button.hidden = false;
    button.onclick = () => {
      if (button.textContent === resume) return retry();
      clearTimeout(timer);
      bar.parentNode.hidden = true;
      clock.textContent = '';
      line.textContent = paused;
      say(paused);
      button.textContent = resume;
    };
  } else if (button && history.length > 1) {
    button.hidden = false;
    button.onclick = () => history.back();
  }
  tick();
})();
