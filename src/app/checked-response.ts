/** What an application gave, if it can be sent. Throws a TypeError where it cannot. */
export function checkedResponse(given: unknown): Response {
  if (!(given instanceof Response)) {
    throw new TypeError(`expected fetch to give a Response, found ${given === null ? 'null' : typeof given}`);
  }
  if (given.status < 200 || given.status > 599) {
    throw new TypeError(`expected a Response with a status of 200 to 599, found ${given.status}`);
  }
  if (given.bodyUsed || given.body?.locked === true) {
    throw new TypeError('expected a Response whose body nobody has read, found one that was read');
  }
  return given;
}
