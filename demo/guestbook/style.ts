export const style = `
:root{color-scheme:light dark;--ground:#f4f6f7;--sheet:#fff;--ink:#1c2a33;--soft:#51626d;--line:#d7dfe3;--accent:#1b6a8c;--on-accent:#fff;--wrong:#a32020}
@media(prefers-color-scheme:dark){:root{--ground:#11181d;--sheet:#1a242b;--ink:#e6edf1;--soft:#a3b4bf;--line:#33424c;--accent:#6bbfe0;--on-accent:#0d1a21;--wrong:#ff9c94}}
*{box-sizing:border-box;margin:0}
body{max-width:42rem;margin:0 auto;padding:clamp(1.25rem,5vw,3rem) 1.25rem;background:var(--ground);color:var(--ink);font:1.0625rem/1.6 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:clamp(1.7rem,6vw,2.2rem);line-height:1.2;letter-spacing:-.01em}
h1 a{color:inherit;text-decoration:none}
h2{font-size:1.15rem}
a{color:var(--accent)}
header p,.soft,time,footer{color:var(--soft)}
form,article{background:var(--sheet);border:1px solid var(--line);border-radius:.75rem;padding:1.25rem}
form{margin:1.75rem 0;display:grid;gap:.4rem}
label{font-weight:600;font-size:.9375rem}
input,textarea{font:inherit;color:inherit;background:var(--ground);border:1px solid var(--soft);border-radius:.4rem;padding:.5rem .65rem;width:100%;margin-bottom:.5rem}
textarea{min-height:6rem;resize:vertical}
button{font:inherit;font-weight:600;justify-self:start;background:var(--accent);color:var(--on-accent);border:0;border-radius:.4rem;padding:.55rem 1.2rem;cursor:pointer}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.wrong{color:var(--wrong);font-weight:600}
article{margin-top:.9rem}
article h2{display:inline;margin-right:.5rem}
article p{margin-top:.4rem;white-space:pre-line}
time{font-size:.875rem}
nav{display:flex;justify-content:space-between;margin-top:1.25rem}
footer{margin-top:2rem;padding-top:1rem;border-top:1px solid var(--line);font-size:.875rem}
`.replaceAll('\n', '');
