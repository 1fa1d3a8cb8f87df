-- Countries and languages by any usual name. STABLE: the names are those of the installed ICU. Over columns, so what
-- is unknown is NULL, never an error; an import says what is wrong with a cell.
CREATE OR REPLACE FUNCTION contacts.country_code(country text) RETURNS text
  LANGUAGE c STABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_country_code';
COMMENT ON FUNCTION contacts.country_code(text) IS 'ISO 3166-1 alpha-2 code of a country given by its code (alpha-2, alpha-3, three digits), its short name in the standard, with or without "(the)", CLDR''s English name or a common one, in any case and with or without accents. NULL for what is unknown or names two countries (Korea). STABLE: CLDR''s names come with the installed ICU.';

CREATE OR REPLACE FUNCTION contacts.country_name(code text, locale text DEFAULT 'en') RETURNS text
  LANGUAGE c STABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_country_name';
COMMENT ON FUNCTION contacts.country_name(text, text) IS 'Name of a country (ISO 3166-1 alpha-2, any case) in the language of a locale (BCP 47 tag such as zh-Hant, or ICU locale), by CLDR; English where ICU does not know the language. NULL for a code that is not assigned. STABLE: the names come with the installed ICU.';

CREATE OR REPLACE FUNCTION contacts.language_tag(language text) RETURNS text
  LANGUAGE c STABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_language_tag';
COMMENT ON FUNCTION contacts.language_tag(text) IS 'Canonical BCP 47 tag of a language given by its English name, also with script or country (Simplified Chinese, Portuguese (Brazil)), its own name (Deutsch) or a tag or locale in any case (zh-hans, pt_BR). NULL for what is unknown. STABLE: the names come with the installed ICU.';

CREATE OR REPLACE FUNCTION contacts.language_name(tag text, locale text DEFAULT 'en') RETURNS text
  LANGUAGE c STABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_language_name';
COMMENT ON FUNCTION contacts.language_name(text, text) IS 'Name of the language of a BCP 47 tag in the language of a locale, by CLDR (zh-Hans: Simplified Chinese); NULL for an unknown tag. contacts.language_tag() reads the English names back. STABLE: the names come with the installed ICU.';
