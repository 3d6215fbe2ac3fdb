// Two texts and two tables to compare.

import { makeRandom } from "./random.js";

/** The opening and the closing of Lincoln's second inaugural address, 1865. */
export const exampleTexts = (): [string, string] => [
  "Fellow-countrymen: At this second appearing to take the oath of the Presidential office there is less occasion for an extended address than there was at the first. Then a statement somewhat in detail of a course to be pursued seemed fitting and proper. Now, at the expiration of four years, during which public declarations have been constantly called forth on every point and phase of the great contest which still absorbs the attention and engrosses the energies of the nation, little that is new could be presented. The progress of our arms, upon which all else chiefly depends, is as well known to the public as to myself, and it is, I trust, reasonably satisfactory and encouraging to all. With high hope for the future, no prediction in regard to it is ventured.",
  "Fondly do we hope, fervently do we pray, that this mighty scourge of war may speedily pass away. Yet, if God wills that it continue until all the wealth piled by the bondsman's two hundred and fifty years of unrequited toil shall be sunk, and until every drop of blood drawn with the lash shall be paid by another drawn with the sword, as was said three thousand years ago, so still it must be said \u201cthe judgments of the Lord are true and righteous altogether.\u201d With malice toward none, with charity for all, with firmness in the right as God gives us to see the right, let us strive on to finish the work we are in, to bind up the nation's wounds, to care for him who shall have borne the battle and for his widow and his orphan, to do all which may achieve and cherish a just and lasting peace among ourselves and with all nations.",
];

const ROWS = 400;
const COUNTRIES = ["Brazil", "France", "India", "Kenya"];

/** Customers of two months: more of them pay, more are from India, and their ages are as before. */
export function exampleTables(): [string, string] {
  const random = makeRandom(5);
  const table = (paid: number, shares: readonly number[]) => {
    const lines = Array.from({ length: ROWS }, () => {
      const age = 18 + Math.floor(30 * (random() + random()));
      const u = random();
      const country = COUNTRIES[shares.findIndex((_, i) => u < shares.slice(0, i + 1).reduce((a, b) => a + b))];
      return `${random() < paid ? "paid" : "free"},${country},${age}`;
    });
    return ["plan,country,age", ...lines].join("\n");
  };
  return [table(0.3, [0.25, 0.25, 0.25, 0.25]), table(0.45, [0.15, 0.2, 0.45, 0.2])];
}
