import type { PageTexts } from './page-texts.ts';
import { de } from './texts/de.ts';
import { en } from './texts/en.ts';
import { es } from './texts/es.ts';
import { fr } from './texts/fr.ts';

/** The first one is for those who name none of them. A new language is one file in `texts/` and its entry here. */
export const TEXTS: readonly [PageTexts, ...PageTexts[]] = [en, de, es, fr];

export const LANGUAGES: readonly [string, ...string[]] = [en.language, de.language, es.language, fr.language];
