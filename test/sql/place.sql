-- Countries and languages by any usual name.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS contacts;
RESET client_min_messages;

-- Codes, the standard's list forms, CLDR's and common names.
-- psql of different versions counts the width of some characters differently.
\pset format unaligned
SELECT country, contacts.country_code(country) AS code
FROM unnest(ARRAY[
  'US', 'us', 'USA', '840', 'United States of America (the)', 'The United States', 'U.S.A.', 'U. S. A.',
  'Bolivia (Plurinational State of)', 'Bolivia, Plurinational State of', 'bolivia',
  'Korea (the Republic of)', 'Republic of Korea', 'South Korea', 'KOREA, SOUTH', 'North Korea',
  'Congo (the)', 'Congo', 'Congo (the Democratic Republic of the)', 'Congo - Kinshasa', 'DR Congo',
  'Taiwan (Province of China)', 'Taiwan', 'Hong Kong', 'Macau',
  'Türkiye', 'TURKIYE', 'Turkey', 'Czech Republic', 'Czechia', 'Swaziland', 'Eswatini',
  'Slovakia', 'Slovakia (Slovak Republic)', 'Côte d''Ivoire', 'Cote d’Ivoire', 'COTE DIVOIRE', 'Ivory Coast',
  'Saint Lucia', 'St. Lucia', 'ST LUCIA', 'ST', 'Trinidad & Tobago', 'Åland Islands', 'ALAND ISLANDS', 'Curacao',
  'Virgin Islands (U.S.)', 'US Virgin Islands', 'Virgin Islands (British)', 'ＪＡＰＡＮ', 'The Gambia',
  'Falkland Islands (the) [Malvinas]', 'Falkland Islands', 'Lao People''s Democratic Republic (the)', 'Laos',
  'Holy See (the)', 'Vatican City', 'Netherlands (the)', 'Netherlands (Kingdom of the)', 'Holland',
  'Iran (Islamic Republic of)', 'Iran', E'\u00A0Germany\u200B ', 'uk', 'GB', 'GBR']) AS country;
\pset format aligned

-- NULL, not an error, for what is unknown or names two.
SELECT country, contacts.country_code(country) IS NULL AS is_null
FROM unnest(ARRAY['', ' ', 'Korea', 'Virgin Islands', 'Atlantis', 'XX', 'EU', '999', '84', 'the']) AS country;
SELECT contacts.country_code(repeat('Germany ', 1000)) IS NULL AS too_long_is_null, contacts.country_code(NULL) IS NULL AS null_is_null;

SELECT code, locale, contacts.country_name(code, locale) AS name
FROM (VALUES ('DE', 'en'), ('de', 'de'), ('DE', 'fr-CA'), ('DE', 'th'), ('JP', 'ja'), ('TW', 'zh-Hant'), ('TW', 'zh_Hans_CN'),
             ('DE', 'de_AT.UTF-8'), ('DE', ''), ('DE', 'xx'), ('DE', 'tlh'), ('XX', 'en'), ('DEU', 'en'), ('', 'en'), ('DE', NULL))
     AS t (code, locale);
SELECT contacts.country_name('NZ') AS english_by_default;

-- All of the standard: each code is a country with a name that leads back to it.
SELECT count(*) AS countries, count(*) FILTER (WHERE contacts.country_code(contacts.country_name(code)) = code) AS round_trips
FROM (SELECT chr(65 + i / 26) || chr(65 + i % 26) AS code FROM generate_series(0, 675) AS i) AS codes
WHERE contacts.country_code(code) = code;

SELECT language, contacts.language_tag(language) AS tag
FROM unnest(ARRAY[
  'English', 'ITALIAN', 'thai', 'Simplified Chinese', 'Traditional Chinese', 'Chinese (Simplified)', 'Chinese, Traditional',
  'Chinese Simplified', 'Chinese (Traditional, Hong Kong)', 'Brazilian Portuguese', 'Portuguese (Brazil)', 'Portuguese - Brazil',
  'British English', 'English (United Kingdom)', 'Spanish (Latin America)', 'Serbian (Latin)', 'Farsi', 'Flemish',
  'Deutsch', 'français', 'FRANCAIS', '日本語', 'русский', '简体中文', '繁體中文',
  'en', 'EN-us', 'zh-hans', 'ZH_hant_tw', 'pt_BR', 'de_DE.UTF-8', 'eng', 'iw', 'sr-latn-rs', 'es-419', ' fr ']) AS language;
SELECT language, contacts.language_tag(language) IS NULL AS is_null
FROM unnest(ARRAY['', 'xx', 'und', 'Elvish', 'en-XX', 'en-ZZ', 'en-Xxxx', 'x-private', 'C', 'English (Atlantis)', 'en us', '12']) AS language;

SELECT proname, provolatile AS volatility, proleakproof AS leakproof, proparallel AS parallel, proisstrict AS strict
FROM pg_proc WHERE pronamespace = 'contacts'::regnamespace AND proname IN ('country_code', 'country_name', 'language_tag') ORDER BY 1;
