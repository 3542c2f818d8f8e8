/** What can be in one `DenseSet` at a time. The place is the set's to write. */
export interface Placed {
  place: number;
}

/** The place of what is in no set. */
export const NO_PLACE = -1;

/**
 * A set for members that come and go with every request. In JavaScriptCore the table of a `Set` outlives its members: once it is old,
 * whatever has come and gone since counts as reachable for young collections, which then copy garbage by the megabyte and pause for
 * ten times as long. Here a member that left is in no way connected with those that stay.
 */
export class DenseSet<Member extends Placed> {
  readonly #members: Member[] = [];

  get size(): number {
    return this.#members.length;
  }

  /** A second call is harmless. */
  add(member: Member): void {
    if (this.#members[member.place] === member) return;
    member.place = this.#members.length;
    this.#members.push(member);
  }

  /** False where it was not in. */
  delete(member: Member): boolean {
    const { place } = member;
    if (this.#members[place] !== member) return false;
    member.place = NO_PLACE;
    const last = this.#members.pop();
    if (last === undefined || last === member) return true;
    this.#members[place] = last;
    last.place = place;
    return true;
  }

  /** What the visitor deletes meanwhile is not shown, nor what it adds. */
  forEach(visit: (member: Member) => void): void {
    for (const member of [...this.#members]) if (this.#members[member.place] === member) visit(member);
  }
}
