-- Finding: one box for everything, and who is calling. Both are one statement, with the rights of who asks: planned
-- into the caller's statement, and with it when that is prepared. Conditions are leakproof, so that indexes are used
-- below policies.

-- A set of one: PostgreSQL plans it into the statement that asks, other functions anew each time they are called.
CREATE FUNCTION _name_alias(query text) RETURNS SETOF jsonb
  LANGUAGE sql STABLE ROWS 1
BEGIN ATOMIC
  SELECT coalesce(jsonb_object_agg(a.word, a.others), '{}')
    FROM (SELECT w.word, jsonb_agg(DISTINCT o.other) AS others
            FROM string_to_table(contacts.fold_name(_name_alias.query), ' ') AS w(word)
           CROSS JOIN LATERAL (SELECT n.name FROM nickname n WHERE n.nickname = w.word
                               UNION ALL
                               SELECT n.nickname FROM nickname n WHERE n.name = w.word) AS o(other)
           GROUP BY w.word) AS a;
END;
COMMENT ON FUNCTION _name_alias(text) IS 'Of search(): one row, what name_alias() answers.';

CREATE FUNCTION name_alias(query text) RETURNS jsonb
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT a.alias FROM _name_alias(name_alias.query) AS a(alias);
END;
COMMENT ON FUNCTION name_alias(text) IS 'Other names of the words of a query, by the table nickname: an object for the option "alias" of contacts.search_query(text, jsonb), such as {"bob": ["robert"]}.';

-- What is typed becomes patterns once; each step is taken only where those before found too little. What would have
-- to be ranked is bounded: of a hundred thousand matches the first thousand compete, with one's own and favourites.
CREATE FUNCTION search(query text, max_results int DEFAULT 20)
  RETURNS TABLE (kind text, id uuid, display_name text, organization_name text, job_title text,
                 matched text, matched_value text, is_favorite boolean, is_own boolean, rank real)
  LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  WITH wanted AS MATERIALIZED (
    SELECT least(greatest(coalesce(search.max_results, 20), 0), 1000) AS results,
           s.finished, s.strict,
           CASE WHEN s.finished::text <> s.strict::text THEN contacts.search_focus('contact'::regclass, s.strict) END AS focus,
           contacts.search_query(w.words, '{"whole_words": true}') AS exact,
           contacts.search_query(w.words, w.alias || '{"tolerant": true, "one_error": true}') AS mistyped,
           contacts.search_query(w.words, w.alias || '{"tolerant": true}') AS tolerant,
           -- Where an @ is typed, a name is not what is meant by it: addresses come first.
           CASE WHEN strpos(left(w.words, 300), '@') > 0 THEN 2 ELSE 3 END AS exact_step,
           contacts.acting_staff('staff'::regclass) AS staff_id,
           ARRAY(SELECT f.favorite_id FROM favorite f
                  WHERE f.staff_id = contacts.acting_staff('staff'::regclass)) AS favorites
      FROM (SELECT jsonb_build_object('alias', a.alias) AS alias,
                   -- A number with its country code is nothing else.
                   CASE WHEN octet_length(search.query) <= 100 AND search.query ~ '^\s*\+[0-9\s().-]+$' THEN ''
                        ELSE search.query END AS words
              FROM _name_alias(search.query) AS a(alias) OFFSET 0) AS w
     CROSS JOIN LATERAL (SELECT contacts.search_query(w.words, w.alias || '{"finished": true}') AS finished,
                                contacts.search_query(w.words, w.alias) AS strict OFFSET 0) AS s
  ),
  -- A letter or two, and nothing else: what begins so is everywhere, and the first pages of the table have enough of
  -- it. Pages, not rows: who may see few of them must not read on to find more.
  broad AS MATERIALIZED (
    SELECT c.contact_id, c.owner_id, c.search, 0 AS step
      FROM contact c
     WHERE (SELECT w.strict::text FROM wanted w) ~ '^[a-z]{1,2}\*[^ ]*$'
       AND c.ctid < '(200,0)' AND c.merged_into IS NULL
       AND contacts.search_matches(c.search, (SELECT w.strict FROM wanted w))
     LIMIT 200
  ),
  -- The rows of rare words, to look for the frequent ones in, where statistics say that it costs less. They may be many
  -- after all: then steps are taken as where nothing is known.
  focused AS MATERIALIZED (
    SELECT c.contact_id, c.owner_id,
           CASE WHEN contacts.search_matches(c.search, (SELECT w.strict FROM wanted w)) THEN c.search END AS search
      FROM (SELECT d.contact_id, d.owner_id, d.search FROM contact d
             WHERE d.search @@ (SELECT w.focus FROM wanted w) AND d.merged_into IS NULL
               AND (SELECT w.focus IS NOT NULL FROM wanted w)
             LIMIT 3000) AS c
  ),
  focus AS MATERIALIZED (
    SELECT w.focus IS NOT NULL AND f.rows < 3000 AND f.strict < 1000 AS has_all,
           f.finished, CASE WHEN f.finished < w.results THEN f.strict ELSE 0 END AS strict
      FROM (SELECT count(*) AS rows, count(d.search) AS strict,
                   count(*) FILTER (WHERE contacts.search_matches(d.search, (SELECT w.finished FROM wanted w))) AS finished
              FROM focused d) AS f, wanted w
  ),
  -- Of several words all but the last one whole: costs least where a word is common. Which of these rows have the last
  -- word whole as well is seen by looking at them.
  finished AS MATERIALIZED (
    SELECT c.contact_id, c.owner_id, c.search, 0 AS step
      FROM contact c
     WHERE c.search @@ (SELECT w.finished FROM wanted w) AND c.merged_into IS NULL
       AND (SELECT w.finished::text <> w.strict::text FROM wanted w) AND (SELECT NOT u.has_all FROM focus u)
     LIMIT 1000
  ),
  -- All words whole: where those may not be all, and of a single word, unless it is so common that the first pages have
  -- enough of it, such as a form of companies.
  exact AS MATERIALIZED (
    SELECT c.contact_id, c.owner_id, c.search, 3 AS step
      FROM contact c
     WHERE c.search @@ (SELECT w.exact FROM wanted w) AND c.merged_into IS NULL
       AND (SELECT w.finished::text = w.strict::text OR (SELECT count(*) FROM finished) >= 1000 FROM wanted w)
       AND (SELECT count(*) FROM broad b WHERE contacts.search_matches(b.search, (SELECT w.exact FROM wanted w)))
           < (SELECT w.results FROM wanted w)
     LIMIT 1000
  ),
  strict AS MATERIALIZED (
    SELECT c.contact_id, c.owner_id, c.search, 2 AS step
      FROM contact c
     WHERE c.search @@ (SELECT w.strict FROM wanted w) AND c.merged_into IS NULL
       AND (SELECT NOT u.has_all FROM focus u)
       AND (SELECT count(*) FROM (SELECT FROM exact UNION ALL SELECT FROM broad UNION ALL SELECT FROM finished) AS f)
           < (SELECT w.results FROM wanted w)
     LIMIT 1000
  ),
  -- Matches in all of these; where one has as many as it may, not all were looked at.
  found AS MATERIALIZED (
    SELECT f.broad + f.finished + f.strict + CASE WHEN f.has_all THEN f.focused ELSE 0 END AS number,
           f.exact > 0 OR EXISTS (SELECT FROM finished d, wanted w WHERE contacts.search_matches(d.search, w.exact))
             OR f.has_all AND EXISTS (SELECT FROM focused d, wanted w WHERE contacts.search_matches(d.search, w.exact)) AS is_exact,
           greatest(f.exact, f.finished, f.strict, 5 * f.broad) >= 1000 AS is_cut
      FROM (SELECT (SELECT count(*) FROM exact) AS exact, (SELECT count(*) FROM broad) AS broad,
                   (SELECT count(*) FROM finished) AS finished, (SELECT count(*) FROM strict) AS strict,
                   u.has_all, u.finished + u.strict AS focused FROM focus u) AS f
  ),
  -- Where not all could be looked at: one's own and favourites among the others.
  near AS MATERIALIZED (
    SELECT c.contact_id, c.owner_id, c.search, 0 AS step
      FROM (SELECT d.contact_id, d.owner_id, d.search FROM contact d
             -- Not =, and sorted: in the order of the index the first thousand are read, not the places of all first.
             WHERE d.owner_id >= contacts.acting_staff('staff'::regclass) AND d.owner_id <= contacts.acting_staff('staff'::regclass)
               AND d.merged_into IS NULL
             ORDER BY d.owner_id LIMIT 1000) AS c
     WHERE (SELECT f.is_cut FROM found f)
       AND contacts.search_matches(c.search, (SELECT w.strict FROM wanted w))
    UNION ALL
    SELECT c.contact_id, c.owner_id, c.search, 0
      FROM favorite f JOIN contact c ON c.contact_id = f.contact_id
     WHERE f.staff_id = contacts.acting_staff('staff'::regclass) AND c.merged_into IS NULL
       AND (SELECT f.is_cut FROM found f)
       AND c.search @@ (SELECT w.strict FROM wanted w)
  ),
  colleague AS MATERIALIZED (
    SELECT s.staff_id, s.search FROM staff s WHERE s.search @@ (SELECT w.strict FROM wanted w) LIMIT 1000
  ),
  -- What is typed as a column, so that a plan for a known query is that of any: conditions that are false of it would
  -- count with the cost of reading the table, and PostgreSQL would compile (JIT) what is never run. Sorted, since a limit of rows
  -- must not make reading the table look cheap either.
  part AS MATERIALIZED (
    SELECT m.contact_id, m.staff_id, m.owner_id, m.matched, m.value, m.step
      FROM (SELECT t.text, t.address,
                   octet_length(t.text) <= 254 AND (left(t.text, 300) ~ '^\s*\S{2,}\s*$' OR t.address IS NOT NULL) AS is_address,
                   octet_length(search.query) <= 254 AND t.start ~ '^\s*(@\S+|[^\s@]+\.[^\s@]*)\s*$' AS is_domain,
                   CASE WHEN t.has_at THEN 2.5 ELSE 2 END AS address_step,
                   -- Both ends of the range: || is not leakproof, so that a policy would keep it out of the index.
                   contacts.email_domain_prefix(ltrim(t.start, ' @')) AS domain,
                   contacts.email_domain_prefix(ltrim(t.start, ' @')) || '~' AS domain_end,
                   -- With an extension, or as a link, only a whole number.
                   CASE WHEN t.digits IS NULL THEN ARRAY[contacts.phone_base(t.number)::text]
                        WHEN length(t.digits) >= 3 OR t.has_plus THEN contacts.phone_prefixes(search.query) END AS prefixes,
                   t.number,
                   CASE WHEN length(t.digits) >= 4 AND NOT t.has_plus THEN right(t.digits, 4) END AS last_four,
                   -- Without the trunk prefix of national notation: of which country is not always known.
                   regexp_replace(t.digits, '^0(?=[1-9][0-9]{5})', '') AS last_digits,
                   btrim(left(search.query, 100)) AS extension
              FROM (SELECT r.start, r.has_at, r.text, r.digits, left(ltrim(r.start), 1) = '+' AS has_plus,
                           CASE WHEN r.has_at THEN contacts.email_try_parse(r.text) END AS address,
                           CASE WHEN r.digits IS NULL THEN contacts.phone_try_parse(left(search.query, 200)) END AS number
                      FROM (SELECT left(search.query, 300) AS start, strpos(left(search.query, 300), '@') > 0 AS has_at,
                                   contacts.phone_digits(search.query) AS digits,
                                   -- As mail programs write it: Anna <anna@example.com>.
                                   CASE WHEN strpos(left(search.query, 300), '@') > 0
                                        THEN coalesce(substring(left(search.query, 300)
                                                                FROM '^(?:[^<>]*<|\s*mailto:)([^<>\s]+@[^<>\s]*)>?\s*$'), search.query)
                                        ELSE search.query END AS text
                            OFFSET 0) AS r
                    OFFSET 0) AS t
            OFFSET 0) AS n
     CROSS JOIN LATERAL (
       SELECT e.contact_id, NULL::uuid AS staff_id, e.owner_id, 'email' AS matched, e.address::text AS value,
              CASE WHEN e.address = n.address THEN 3 ELSE n.address_step END AS step
         FROM (SELECT a.contact_id, a.owner_id, a.address FROM contact_email a
                WHERE a.address ^@ n.text AND n.is_address ORDER BY a.address LIMIT 200) AS e
       UNION ALL
       SELECT e.contact_id, NULL::uuid, e.owner_id, 'domain'::text, e.address::text, n.address_step
         FROM (SELECT a.contact_id, a.owner_id, a.address FROM contact_email a
                WHERE contacts.email_domain(a.address) ~>=~ n.domain AND contacts.email_domain(a.address) ~<~ n.domain_end
                  AND n.is_domain
                ORDER BY contacts.email_domain(a.address) USING OPERATOR(pg_catalog.~<~) LIMIT 200) AS e
       UNION ALL
       SELECT p.contact_id, NULL::uuid, p.owner_id, 'phone'::text, p.number::text,
              CASE WHEN coalesce(p.number = n.number, contacts.phone_base(p.number)::text = t.prefix) THEN 3 ELSE 2 END
         FROM unnest(n.prefixes) AS t(prefix)
        CROSS JOIN LATERAL (SELECT a.contact_id, a.owner_id, a.number FROM contact_phone a
                             WHERE a.number ^@ t.prefix ORDER BY a.number LIMIT 100) AS p
       UNION ALL
       SELECT p.contact_id, NULL::uuid, p.owner_id, 'phone'::text, p.number::text, 2
         FROM (SELECT a.contact_id, a.owner_id, a.number FROM contact_phone a
                WHERE contacts.phone_suffix(a.number, 4) = n.last_four
                  AND contacts.phone_suffix(a.number, length(n.last_digits)) = n.last_digits LIMIT 200) AS p
       UNION ALL
       SELECT NULL::uuid, s.staff_id, NULL::uuid, 'email'::text, s.email::text, CASE WHEN s.email = n.address THEN 3 ELSE n.address_step END
         FROM staff s WHERE s.email ^@ n.text AND n.is_address
       UNION ALL
       SELECT NULL::uuid, s.staff_id, NULL::uuid, 'domain'::text, s.email::text, n.address_step
         FROM staff s
        WHERE contacts.email_domain(s.email) ~>=~ n.domain AND contacts.email_domain(s.email) ~<~ n.domain_end AND n.is_domain
       UNION ALL
       SELECT NULL::uuid, p.staff_id, NULL::uuid, 'phone'::text, p.number::text,
              CASE WHEN coalesce(p.number = n.number, contacts.phone_base(p.number)::text = t.prefix) THEN 3 ELSE 2 END
         FROM unnest(n.prefixes) AS t(prefix)
        CROSS JOIN LATERAL (SELECT a.staff_id, a.number FROM staff_phone a WHERE a.number ^@ t.prefix LIMIT 100) AS p
       UNION ALL
       SELECT NULL::uuid, p.staff_id, NULL::uuid, 'phone'::text, p.number::text, 2
         FROM staff_phone p
        WHERE contacts.phone_suffix(p.number, 4) = n.last_four
          AND contacts.phone_suffix(p.number, length(n.last_digits)) = n.last_digits
       UNION ALL
       SELECT NULL::uuid, x.staff_id, NULL::uuid, 'extension'::text, x.extension, 3
         FROM staff_extension x WHERE x.extension = n.extension) AS m
  ),
  few AS MATERIALIZED (
    SELECT NOT f.is_exact AND f.number + (SELECT count(*) FROM colleague) + (SELECT count(*) FROM part) < 3 AS is_few
      FROM found f
  ),
  -- Typing errors: two in a long word only where one finds nobody, since two find many. Hardly anything ranks one match
  -- above the other: to look at more than these costs, and finds nothing better.
  mistyped AS MATERIALIZED (
    SELECT c.contact_id, NULL::uuid AS staff_id, c.owner_id, c.search
      FROM (SELECT d.contact_id, d.owner_id, d.search FROM contact d
             WHERE d.search @@ (SELECT w.mistyped FROM wanted w) AND d.merged_into IS NULL
               AND (SELECT f.is_few AND w.mistyped::text <> w.strict::text FROM few f, wanted w)
             LIMIT 500) AS c
    UNION ALL
    SELECT NULL::uuid, s.staff_id, NULL::uuid, s.search
      FROM staff s
     WHERE s.search @@ (SELECT w.mistyped FROM wanted w)
       AND (SELECT f.is_few AND w.mistyped::text <> w.strict::text FROM few f, wanted w)
  ),
  tolerant AS MATERIALIZED (
    SELECT c.contact_id, NULL::uuid AS staff_id, c.owner_id, c.search
      FROM (SELECT d.contact_id, d.owner_id, d.search FROM contact d
             WHERE d.search @@ (SELECT w.tolerant FROM wanted w) AND d.merged_into IS NULL
               AND (SELECT f.is_few AND w.tolerant::text <> w.mistyped::text AND NOT EXISTS (SELECT FROM mistyped) FROM few f, wanted w)
             LIMIT 500) AS c
    UNION ALL
    SELECT NULL::uuid, s.staff_id, NULL::uuid, s.search
      FROM staff s
     WHERE s.search @@ (SELECT w.tolerant FROM wanted w)
       AND (SELECT f.is_few AND w.tolerant::text <> w.mistyped::text AND NOT EXISTS (SELECT FROM mistyped) FROM few f, wanted w)
  ),
  best AS MATERIALIZED (
    SELECT h.contact_id, h.staff_id, h.owner_id, h.matched, h.value,
           (h.step + h.quality / 5
            + CASE WHEN coalesce(h.contact_id, h.staff_id) = ANY (w.favorites) THEN 0.5 ELSE 0 END
            + CASE WHEN h.owner_id = w.staff_id OR h.staff_id IS NOT NULL THEN 0.25 ELSE 0 END)::real AS rank
      FROM (SELECT DISTINCT ON (g.contact_id, g.staff_id) g.*
              FROM (SELECT c.contact_id, NULL::uuid AS staff_id, c.owner_id, NULL::text AS matched, NULL::text AS value,
                           CASE WHEN c.step = 3 OR c.step = 0 AND contacts.search_matches(c.search, w.exact) THEN w.exact_step
                                ELSE 2 END AS step,
                           CASE WHEN c.step = 3 THEN 1 ELSE contacts.search_rank(c.search, w.strict) END AS quality
                      FROM (SELECT * FROM exact UNION ALL SELECT * FROM broad UNION ALL SELECT * FROM finished
                            UNION ALL SELECT * FROM strict UNION ALL SELECT * FROM near
                            UNION ALL
                            -- Beginnings only if finished words are too few, as in steps.
                            SELECT f.contact_id, f.owner_id, f.search, 0 FROM focused f, focus u
                             WHERE u.has_all AND f.search IS NOT NULL
                               AND (u.strict > 0 OR contacts.search_matches(f.search, (SELECT w.finished FROM wanted w)))) AS c, wanted w
                    UNION ALL
                    SELECT NULL::uuid, s.staff_id, NULL::uuid, NULL::text, NULL::text,
                           CASE WHEN contacts.search_matches(s.search, w.exact) THEN w.exact_step ELSE 2 END,
                           contacts.search_rank(s.search, w.strict)
                      FROM colleague s, wanted w
                    UNION ALL
                    SELECT p.contact_id, p.staff_id, p.owner_id, p.matched, p.value, p.step, 0 FROM part p WHERE p.staff_id IS NOT NULL
                    UNION ALL
                    -- Before the limit, or contacts that are left out would take the place of others.
                    SELECT p.contact_id, p.staff_id, p.owner_id, p.matched, p.value, p.step, 0 FROM part p
                     CROSS JOIN LATERAL (SELECT FROM contact c WHERE c.contact_id = p.contact_id AND c.merged_into IS NULL OFFSET 0) AS c
                    UNION ALL
                    SELECT t.contact_id, t.staff_id, t.owner_id, NULL::text, NULL::text, 1, contacts.search_rank(t.search, w.tolerant)
                      FROM (SELECT * FROM mistyped UNION ALL SELECT * FROM tolerant) AS t, wanted w) AS g
             ORDER BY g.contact_id, g.staff_id, g.step DESC, g.quality DESC, g.matched, g.value) AS h, wanted w
     ORDER BY rank DESC, coalesce(h.contact_id, h.staff_id)
     LIMIT (SELECT w.results FROM wanted w)
  )
  SELECT coalesce(s.kind, 'contact'), coalesce(s.staff_id, c.contact_id), n.name, o.name,
         coalesce(s.job_title, c.job_title),
         coalesce(b.matched, n.matched),
         coalesce(b.value, CASE n.matched WHEN 'name' THEN n.name WHEN 'job_title' THEN coalesce(s.job_title, c.job_title)
                                          WHEN 'department' THEN coalesce(s.department, c.department)
                                          WHEN 'organization' THEN o.name END),
         coalesce(b.contact_id, b.staff_id) = ANY (w.favorites),
         coalesce(b.owner_id = w.staff_id, false), b.rank
    FROM best b
   CROSS JOIN wanted w
    LEFT JOIN contact c ON c.contact_id = b.contact_id
    LEFT JOIN staff s ON s.staff_id = b.staff_id
    LEFT JOIN organization o ON o.organization_id = c.organization_id
   CROSS JOIN LATERAL (
     SELECT coalesce(s.display_name, nullif(concat_ws(' ', c.first_name, c.middle_name, c.last_name), ''),
                     c.nickname, o.name) AS name,
            CASE WHEN b.matched IS NOT NULL THEN NULL
                 WHEN contacts.search_matches(
                        contacts.search_document(ARRAY[coalesce(c.first_name, s.first_name), c.middle_name,
                          coalesce(c.last_name, s.last_name), c.name_prefix, c.name_suffix, coalesce(c.nickname, s.display_name),
                          c.phonetic_first_name, c.phonetic_last_name]), p.pattern) THEN 'name'
                 WHEN contacts.search_matches(
                        contacts.search_document(NULL, ARRAY[coalesce(c.job_title, s.job_title)]), p.pattern) THEN 'job_title'
                 WHEN contacts.search_matches(
                        contacts.search_document(NULL, ARRAY[coalesce(c.department, s.department)]), p.pattern) THEN 'department'
                 WHEN contacts.search_matches(
                        contacts.search_document(NULL, ARRAY[o.name]), p.pattern) THEN 'organization'
                 ELSE 'several' END AS matched
       FROM (SELECT CASE WHEN b.rank < 2 THEN w.tolerant ELSE w.strict END AS pattern) AS p
     OFFSET 0) AS n
   WHERE num_nonnulls(c.contact_id, s.staff_id) > 0 AND c.merged_into IS NULL
   ORDER BY b.rank DESC, n.name, coalesce(s.staff_id, c.contact_id);
END;
COMMENT ON FUNCTION search(text, int) IS 'Contacts and colleagues for what somebody types: words of names, titles, departments and organizations in any order, the beginning of an e-mail address, @ and the beginning of a domain, a phone number from the front in any notation (see contacts.default_region) or its last 4 or more digits, an extension; Anna <anna@example.com> and tel: and mailto: links, too. max_results: at most 1000. kind: contact, or that of a colleague. matched: name, job_title, department, organization, several, email, domain, phone or extension, and matched_value what it was. rank: 3 exact, 2 the beginning (2.5 of an address or domain, where an @ was typed), 1 with typing errors, which are allowed for where nothing exact and fewer than three others were found, two in a word only where one finds nobody; 0.5 more for a favourite, 0.25 for one''s own and colleagues, up to 0.2 by contacts.search_rank(). Never an error: what says nothing finds nothing. STABLE: reads the directory as who calls.';

-- The rare parts of identify(), see contacts.identify_caller().
CREATE FUNCTION _identify_exact(number text, dialled text) RETURNS boolean
  LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT EXISTS (SELECT FROM contact_phone p JOIN contact c ON c.contact_id = p.contact_id
                  WHERE p.number = contacts.phone_try_parse(_identify_exact.number) AND c.merged_into IS NULL)
      OR EXISTS (SELECT FROM staff_phone p JOIN staff s ON s.staff_id = p.staff_id
                  WHERE p.number = contacts.phone_try_parse(_identify_exact.number))
      OR EXISTS (SELECT FROM staff_extension e JOIN staff s ON s.staff_id = e.staff_id
                  WHERE e.extension = _identify_exact.dialled);
END;
COMMENT ON FUNCTION _identify_exact(text, text) IS 'Of identify(): whether anybody has exactly this number or extension, so that who shares its line is left out.';

-- The colleague is looked up for each number by his key: who calls has one or two, and colleagues are many.
CREATE FUNCTION _identify_staff(number text, dialled text) RETURNS SETOF contacts.colleague
  LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT s.kind, s.staff_id, s.display_name, s.job_title, x.number, x.label, x.matched, x.position
    FROM (SELECT p.staff_id, p.number, p.label,
                 CASE WHEN p.number = contacts.phone_try_parse(_identify_staff.number) THEN 'exact' ELSE 'line' END AS matched,
                 p.position
            FROM staff_phone p
           WHERE contacts.phone_same_line(p.number, contacts.phone_try_parse(_identify_staff.number))
             AND contacts.identify_fits(p.number, contacts.phone_try_parse(_identify_staff.number), _identify_staff.dialled,
                                        '_identify_exact(text,text)'::regprocedure)
          UNION ALL
          SELECT e.staff_id, NULL::contacts.phone, e.service, 'extension'::text, 0
            FROM staff_extension e WHERE e.extension = _identify_staff.dialled) AS x
   CROSS JOIN LATERAL (SELECT c.kind, c.staff_id, c.display_name, c.job_title FROM staff c WHERE c.staff_id = x.staff_id OFFSET 0) AS s;
END;
COMMENT ON FUNCTION _identify_staff(text, text) IS 'Of identify(): colleagues by their number (+ and digits, or NULL) and by their extension.';

CREATE FUNCTION _is_favorite(id uuid) RETURNS boolean
  LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT EXISTS (SELECT FROM favorite f
                  WHERE f.staff_id = contacts.acting_staff('staff'::regclass) AND f.favorite_id = _is_favorite.id);
END;
COMMENT ON FUNCTION _is_favorite(uuid) IS 'Of identify(): whether the contact or colleague is a favourite of who acts, where contacts.is_listed() does not know.';

-- Not PARALLEL SAFE, so that a join with a large table of calls is not planned with workers: the lists that
-- contacts.is_listed() keeps cannot be read in a parallel query, and a call without them takes ten times as long.
CREATE FUNCTION identify(number text, region text DEFAULT NULL)
  RETURNS TABLE (kind text, id uuid, display_name text, organization_name text, job_title text, phone contacts.phone,
                 label text, matched text, is_favorite boolean, is_own boolean, is_blocked boolean)
  LANGUAGE sql STABLE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT f.kind, f.id, coalesce(f.name, f.organization_name), f.organization_name, f.job_title, f.phone, f.label, f.matched,
         f.is_favorite, f.is_own, f.is_blocked
    FROM (SELECT coalesce((x.colleague).kind, 'contact') AS kind,
                 coalesce((x.colleague).id, c.contact_id) AS id,
                 coalesce((x.colleague).display_name, nullif(concat_ws(' ', c.first_name, c.middle_name, c.last_name), ''), c.nickname) AS name,
                 -- Not a join: as part of a plan it costs less.
                 (SELECT o.name FROM organization o WHERE o.organization_id = c.organization_id) AS organization_name,
                 coalesce((x.colleague).job_title, c.job_title) AS job_title,
                 coalesce((x.colleague).phone, p.number) AS phone,
                 coalesce((x.colleague).label, p.label) AS label,
                 coalesce((x.colleague).matched, CASE WHEN p.number = x.number THEN 'exact' ELSE 'line' END) AS matched,
                 contacts.identify_favorite('favorite'::regclass, 'staff'::regclass, coalesce((x.colleague).id, c.contact_id),
                                            '_is_favorite(uuid)'::regprocedure) AS is_favorite,
                 coalesce(c.owner_id = x.acting, false) AS is_own,
                 x.is_blocked
            FROM contacts.identify_caller('staff'::regclass, 'staff_phone'::regclass, 'staff_extension'::regclass, 'blocked_number'::regclass,
                                          '_identify_staff(text,text)'::regprocedure, 'is_blocked(text,text)'::regprocedure,
                                          identify.number, identify.region) AS x
            LEFT JOIN (contact_phone p
                       JOIN contact c ON c.contact_id = p.contact_id AND c.merged_into IS NULL)
                   ON (x.colleague).id IS NULL AND contacts.phone_same_line(p.number, x.number)
                  AND contacts.identify_fits(p.number, x.number, x.dialled, '_identify_exact(text,text)'::regprocedure)
           WHERE (x.colleague).id IS NOT NULL OR c.contact_id IS NOT NULL
           ORDER BY is_favorite DESC, is_own DESC,
                    CASE WHEN (x.colleague).id IS NOT NULL THEN 1 WHEN c.visibility = 'company' THEN 2 ELSE 3 END,
                    coalesce((x.colleague).position, p.position), name, organization_name, id) AS f;
END;
COMMENT ON FUNCTION identify(text, text) IS 'Whose number this is: contacts and colleagues with exactly this number (extension included), colleagues with this extension; only where there are none, those with the same line and another extension; never by the last digits. Ranked: favourites, own contacts, colleagues, contacts of the company, others. Any notation of the region (ISO 3166-1 alpha-2; NULL: contacts.default_region). kind: contact, or that of a colleague; matched: exact, extension or line. is_blocked: whether who acts has blocked calls from the number. No rows for an unknown number, or none. For many numbers: FROM call CROSS JOIN LATERAL identify(call.number). STABLE: reads the directory as who calls.';
