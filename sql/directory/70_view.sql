-- Views: what applications show. All act with the rights of who reads them. What is joined stands as a sub-select in the
-- column list: one that is not asked for costs nothing, and one that is costs a look-up a row.

CREATE VIEW contact_card WITH (security_invoker = true) AS
  SELECT c.contact_id,
         coalesce(nullif(concat_ws(' ', c.first_name, c.middle_name, c.last_name), ''), c.nickname,
                  (SELECT o.name FROM organization o WHERE o.organization_id = c.organization_id),
                  (SELECT coalesce(p.number::text, p.entered) FROM contact_phone p
                    WHERE p.contact_id = c.contact_id ORDER BY p.position LIMIT 1),
                  (SELECT e.address::text FROM contact_email e
                    WHERE e.contact_id = c.contact_id ORDER BY e.position LIMIT 1)) AS display_name,
         c.first_name, c.last_name, c.nickname,
         c.organization_id,
         (SELECT o.name FROM organization o WHERE o.organization_id = c.organization_id) AS organization_name,
         c.job_title, c.department,
         (SELECT p.number FROM contact_phone p
           WHERE p.contact_id = c.contact_id AND p.number IS NOT NULL ORDER BY p.position LIMIT 1) AS primary_phone,
         (SELECT e.address FROM contact_email e
           WHERE e.contact_id = c.contact_id ORDER BY e.position LIMIT 1) AS primary_email,
         (SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                   'label', p.label, 'number', contacts.phone_base(p.number)::text,
                   'extension', contacts.phone_extension(p.number), 'entered', p.entered, 'accepts_sms', p.accepts_sms))
                 ORDER BY p.position)
            FROM contact_phone p WHERE p.contact_id = c.contact_id) AS phones,
         (SELECT jsonb_agg(jsonb_build_object('label', e.label, 'address', e.address::text) ORDER BY e.position)
            FROM contact_email e WHERE e.contact_id = c.contact_id) AS emails,
         (SELECT array_agg(g.name ORDER BY g.name)
            FROM contact_group_member m JOIN contact_group g ON g.group_id = m.group_id
           WHERE m.contact_id = c.contact_id) AS groups,
         c.contact_type, c.contact_level, c.visibility, c.owner_id,
         (SELECT s.login FROM staff s WHERE s.staff_id = c.owner_id) AS owner_login,
         (SELECT s.display_name FROM staff s WHERE s.staff_id = c.owner_id) AS owner_name,
         contacts.may_edit('staff'::regclass, c.owner_id, c.visibility, c.editable_by) AS can_edit,
         EXISTS (SELECT FROM favorite f
                  WHERE f.staff_id = contacts.acting_staff('staff'::regclass)
                    AND f.favorite_id = c.contact_id) AS is_favorite,
         c.merged_into, c.version, c.created_at, c.created_by, c.updated_at, c.updated_by
    FROM contact c;
COMMENT ON VIEW contact_card IS 'A contact in one row, with its phones and e-mail addresses.';
COMMENT ON COLUMN contact_card.display_name IS 'First, middle and last name; without them the nickname, organization, first phone or first e-mail address.';
COMMENT ON COLUMN contact_card.primary_phone IS 'The first phone number. To find a contact by a number, look in contact_phone.';
COMMENT ON COLUMN contact_card.primary_email IS 'The first e-mail address.';
COMMENT ON COLUMN contact_card.phones IS 'In order, as update_contact() takes them: label, number, extension, entered, accepts_sms; NULL: none.';
COMMENT ON COLUMN contact_card.emails IS 'In order: label, address; NULL: none.';
COMMENT ON COLUMN contact_card.groups IS 'Names of the groups it is in; NULL: none.';
COMMENT ON COLUMN contact_card.owner_login IS 'Login of the colleague whose contact it is.';
COMMENT ON COLUMN contact_card.can_edit IS 'Whether who acts may change it.';
COMMENT ON COLUMN contact_card.is_favorite IS 'Whether it is a favourite of who acts.';

CREATE VIEW company_contact WITH (security_invoker = true) AS
  SELECT s.staff_id, s.kind, s.display_name, s.first_name, s.last_name, s.job_title, s.department, s.location, s.email,
         (SELECT jsonb_agg(jsonb_build_object('service', x.service, 'extension', x.extension)
                           ORDER BY x.service, x.extension)
            FROM staff_extension x WHERE x.staff_id = s.staff_id) AS extensions,
         (SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                   'label', p.label, 'number', contacts.phone_base(p.number)::text,
                   'extension', contacts.phone_extension(p.number), 'entered', p.entered)) ORDER BY p.position)
            FROM staff_phone p WHERE p.staff_id = s.staff_id) AS phones,
         s.avatar, s.presence, s.status_message,
         EXISTS (SELECT FROM favorite f
                  WHERE f.staff_id = contacts.acting_staff('staff'::regclass)
                    AND f.favorite_id = s.staff_id) AS is_favorite
    FROM staff s;
COMMENT ON VIEW company_contact IS 'Colleagues, auto attendants, call groups and queues: the company''s own contacts.';
COMMENT ON COLUMN company_contact.kind IS 'person, auto_attendant, call_group or call_queue.';
COMMENT ON COLUMN company_contact.extensions IS 'service, extension; NULL: none.';
COMMENT ON COLUMN company_contact.phones IS 'Outside numbers in order: label, number, extension, entered; NULL: none.';
COMMENT ON COLUMN company_contact.avatar IS 'URL of a picture.';
COMMENT ON COLUMN company_contact.is_favorite IS 'Whether the colleague is a favourite of who acts.';

CREATE VIEW external_contact WITH (security_invoker = true) AS
  SELECT * FROM contact_card WHERE visibility <> 'personal' AND merged_into IS NULL;
COMMENT ON VIEW external_contact IS 'Contacts outside the company that are not personal; columns as contact_card.';

CREATE VIEW my_contact WITH (security_invoker = true) AS
  SELECT * FROM contact_card WHERE owner_id = contacts.acting_staff('staff'::regclass) AND merged_into IS NULL;
COMMENT ON VIEW my_contact IS 'The contacts of who acts, personal ones included; columns as contact_card.';

CREATE VIEW favorite_contact WITH (security_invoker = true) AS
  SELECT f.favorite_id, 'contact'::text AS kind, c.display_name, c.organization_name, c.job_title, c.primary_phone,
         c.primary_email, NULL::text AS presence, NULL::text AS status_message, f.added_at
    FROM favorite f JOIN contact_card c ON c.contact_id = f.contact_id
   WHERE f.staff_id = contacts.acting_staff('staff'::regclass)
  UNION ALL
  SELECT f.favorite_id, s.kind, s.display_name, NULL, s.job_title,
         (SELECT p.number FROM staff_phone p
           WHERE p.staff_id = s.staff_id AND p.number IS NOT NULL ORDER BY p.position LIMIT 1),
         s.email, s.presence, s.status_message, f.added_at
    FROM favorite f JOIN staff s ON s.staff_id = f.colleague_id
   WHERE f.staff_id = contacts.acting_staff('staff'::regclass);
COMMENT ON VIEW favorite_contact IS 'Favourites of who acts: contacts and colleagues.';
COMMENT ON COLUMN favorite_contact.favorite_id IS 'contact_id, or staff_id of a colleague.';
COMMENT ON COLUMN favorite_contact.kind IS 'contact, or the kind of a colleague: person, auto_attendant, call_group, call_queue.';

CREATE VIEW contact_sharing WITH (security_invoker = true) AS
  SELECT c.contact_id, c.visibility,
         (SELECT s.login FROM staff s WHERE s.staff_id = c.owner_id) AS owner_login,
         (SELECT s.display_name FROM staff s WHERE s.staff_id = c.owner_id) AS owner_name,
         c.created_at, c.created_by,
         (SELECT s.login FROM staff s WHERE s.staff_id = h.staff_id) AS shared_with_login,
         (SELECT s.display_name FROM staff s WHERE s.staff_id = h.staff_id) AS shared_with_name,
         h.can_edit, h.shared_by, h.shared_at
    FROM contact c LEFT JOIN contact_share h ON h.contact_id = c.contact_id;
COMMENT ON VIEW contact_sharing IS 'Who owns a contact, who made it when, and with whom it is shared: one row a share, one without where there is none.';
COMMENT ON COLUMN contact_sharing.owner_login IS 'Login of the colleague whose contact it is.';
COMMENT ON COLUMN contact_sharing.created_by IS 'Login of who created the contact.';
COMMENT ON COLUMN contact_sharing.shared_with_login IS 'Login of the colleague it is shared with; NULL in all columns of the share: with nobody.';
COMMENT ON COLUMN contact_sharing.can_edit IS 'Whether he may edit it, too.';
COMMENT ON COLUMN contact_sharing.shared_by IS 'Login of who shared it.';

CREATE FUNCTION contact_profile(contact_id uuid) RETURNS jsonb
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT jsonb_build_object(
           'contact', to_jsonb(c) - '{search,shared_with,editable_by}'::text[],
           'display_name', k.display_name,
           'can_edit', k.can_edit,
           'is_favorite', k.is_favorite,
           'phones', coalesce(k.phones, '[]'),
           'emails', coalesce(k.emails, '[]'),
           'addresses', coalesce((SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                'label', a.label, 'street', a.street, 'street2', a.street2, 'city', a.city, 'region', a.region,
                'postal_code', a.postal_code, 'country', coalesce(a.country, a.country_entered)))
                ORDER BY a.position)
              FROM contact_address a WHERE a.contact_id = c.contact_id), '[]'),
           'socials', coalesce((SELECT jsonb_agg(jsonb_build_object(
                'label', s.label, 'network', s.network, 'handle', s.handle) ORDER BY s.position)
              FROM contact_social s WHERE s.contact_id = c.contact_id), '[]'),
           'groups', coalesce(to_jsonb(k.groups), '[]'),
           'organization', (SELECT to_jsonb(o) FROM organization o WHERE o.organization_id = c.organization_id),
           'sharing', jsonb_build_object(
              'owner_login', k.owner_login, 'owner_name', k.owner_name,
              'shares', coalesce((SELECT jsonb_agg(jsonb_build_object(
                   'login', h.shared_with_login, 'display_name', h.shared_with_name, 'can_edit', h.can_edit,
                   'shared_by', h.shared_by, 'shared_at', h.shared_at) ORDER BY h.shared_at, h.shared_with_login)
                 FROM contact_sharing h WHERE h.contact_id = c.contact_id AND h.shared_at IS NOT NULL), '[]')),
           'activity', coalesce((SELECT jsonb_agg(to_jsonb(x) - 'contact_id' ORDER BY x.at DESC)
              FROM (SELECT * FROM activity v WHERE v.contact_id = c.contact_id ORDER BY v.at DESC LIMIT 20) AS x), '[]'))
    FROM contact c JOIN contact_card k ON k.contact_id = c.contact_id
   WHERE c.contact_id = contact_profile.contact_id;
END;
COMMENT ON FUNCTION contact_profile(uuid) IS 'All of a contact as one object: contact (its columns), phones, emails, addresses, socials and groups as create_contact() takes them, organization, sharing, and the last 20 of its activity. NULL where who acts sees no such contact. STABLE: reads the directory.';
