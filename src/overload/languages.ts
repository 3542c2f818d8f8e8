import type { PageTexts } from './page-texts.ts';
import { ar } from './texts/ar.ts';
import { de } from './texts/de.ts';
import { en } from './texts/en.ts';
import { es } from './texts/es.ts';
import { fr } from './texts/fr.ts';
import { ja } from './texts/ja.ts';

/** The first one is for those who name none of them. A new language is one file in `texts/` and its entry here. */
export const TEXTS: readonly [PageTexts, ...PageTexts[]] = [en, de, es, fr, ja, ar];

export const LANGUAGES: readonly [string, ...string[]] = [
  en.language,
  de.language,
  es.language,
  fr.language,
  ja.language,
  ar.language,
];

/** By the script that a language is usually written in (ISO 15924, by likely subtags of CLDR). */
export function directionOf(language: string): 'ltr' | 'rtl' {
  const rightToLeft = ['Arab', 'Hebr', 'Thaa', 'Syrc', 'Nkoo', 'Adlm', 'Rohg', 'Mand', 'Samr'];
  const { script } = new Intl.Locale(language).maximize();
  return script !== undefined && rightToLeft.includes(script) ? 'rtl' : 'ltr';
}
