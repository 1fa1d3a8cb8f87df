-- What each index is there for, as its comment: one without a reason is not made. Foreign keys to staff that delete
-- nothing have none where no query needs it: who leaves is dismissed, and somebody whom nothing refers to is deleted
-- rarely enough to read a table for.
DO $$
DECLARE
  r record;
BEGIN
  FOR r IN
    VALUES
      -- Contacts and their parts.
      ('contact_pkey', 'Key: look-ups by id, foreign keys, and whatever goes through contacts in order of their ids (exports, refresh_search, undo_import).'),
      ('contact_external_id_key', 'One contact of the company for a source''s ID; imports look it up.'),
      ('contact_personal_external_id_key', 'One personal contact of an owner for a source''s ID; imports look it up.'),
      ('contact_owner_id_idx', 'Contacts of a colleague: my_contact, transfer_all(), one''s own in search(); a colleague who owns some is not deleted.'),
      ('contact_organization_id_idx', 'Contacts of an organization: their search documents follow its name; one that has some is not deleted; undo_import().'),
      ('contact_search_idx', 'Words: search @@ contacts.search_query(…), search().'),
      ('contact_merged_into_idx', 'Contacts that were merged into another go with it; undo_import() leaves what others were merged into.'),
      ('contact_phone_pkey', 'Key: phones of a contact in order; they go with it.'),
      ('contact_phone_number_idx', 'Whose a number is: identify(), search() from the front, imports that match by phone, block_number().'),
      ('contact_phone_suffix_idx', 'The last four digits: search().'),
      ('contact_email_pkey', 'Key: e-mail addresses of a contact in order; they go with it.'),
      ('contact_email_address_idx', 'Whose an address is, and its beginning: search(), imports that match by e-mail.'),
      ('contact_email_domain_idx', 'A domain and its beginning: search().'),
      ('contact_address_pkey', 'Key: postal addresses of a contact in order; they go with it.'),
      ('contact_social_pkey', 'Key: social accounts of a contact in order; they go with it.'),
      ('contact_group_pkey', 'Key: foreign key of the members, names of a contact''s groups.'),
      ('contact_group_name_key', 'A name once for the company and once for each colleague; look-ups by name.'),
      ('contact_group_member_pkey', 'Key: groups of a contact; membership goes with it.'),
      ('contact_group_member_group_id_idx', 'Members of a group; they go with it; undo_import() leaves a group that has some.'),
      ('contact_share_pkey', 'Key: with whom a contact is shared; shares go with it.'),
      ('contact_share_staff_id_idx', 'What is shared with a colleague; it goes with him.'),
      ('contact_transfer_pkey', 'Key of an entry.'),
      ('contact_transfer_contact_id_idx', 'Whose a contact was; goes with it, and follows its access columns.'),
      ('contact_note_pkey', 'Key; in order of time, as undo_import() looks for those that came with an import.'),
      ('contact_note_contact_id_idx', 'Notes about a contact, the last ones first: activity, contact_profile(); they go with it.'),
      ('inquiry_pkey', 'Key of an entry, by which it is changed and deleted.'),
      ('inquiry_contact_id_idx', 'Inquiries of a contact, the last ones first: activity, contact_profile(); they go with it.'),
      ('engagement_pkey', 'Key of an entry, by which it is changed and deleted.'),
      ('engagement_contact_id_idx', 'Engagements with a contact, the last ones first: activity, contact_profile(); they go with it.'),
      ('visit_pkey', 'Key of an entry, by which it is changed and deleted.'),
      ('visit_contact_id_idx', 'Visits of a contact, the last ones first: activity, contact_profile(); they go with it.'),
      ('change_log_pkey', 'Key: versions of a contact in order: recent_change, contact_as_of(), undo_import().'),
      -- Organizations.
      ('organization_pkey', 'Key: look-ups by id, foreign key of the contacts.'),
      ('organization_external_id_key', 'One organization of the company for a source''s ID; imports look it up.'),
      ('organization_private_external_id_key', 'One private organization of an owner for a source''s ID; imports look it up; a colleague who owns some is not deleted.'),
      ('organization_name_idx', 'The exact name: imports of contacts of an organization without an ID. A hash, since names have any length.'),
      -- Staff, and what everybody keeps for himself.
      ('staff_pkey', 'Key: look-ups by id, foreign keys.'),
      ('staff_login_key', 'A login once; who acts.'),
      ('staff_search_idx', 'Words: search @@ contacts.search_query(…), search().'),
      ('staff_email_idx', 'Beginning of a colleague''s e-mail address: search().'),
      ('staff_extension_pkey', 'Key: extensions of a colleague; they go with him.'),
      ('staff_extension_extension_idx', 'Whose an extension is: identify(), search().'),
      ('staff_phone_pkey', 'Key: phones of a colleague in order; they go with him.'),
      ('staff_phone_number_idx', 'Whose a number is: identify(), search() from the front, block_number().'),
      ('staff_phone_suffix_idx', 'The last four digits: search().'),
      ('favorite_pkey', 'Key: favourites of a colleague; they go with him.'),
      ('favorite_contact_id_idx', 'Favourites go with the contact.'),
      ('favorite_colleague_id_idx', 'Favourites go with the colleague.'),
      ('blocked_number_pkey', 'Key: is_blocked(), numbers of a colleague; they go with him.'),
      ('nickname_pkey', 'Key: names of a nickname, search().'),
      ('nickname_name_idx', 'Nicknames of a name, search(), where they are more than at first.'),
      -- Imports.
      ('custom_field_pkey', 'Key: the field of a value in contact.custom.'),
      ('import_run_pkey', 'Key: look-ups by id; the last one is the highest.'),
      ('import_run_import_id_started_by_key', 'Foreign key of import_error: entries belong to who ran the import.'),
      ('import_error_pkey', 'Key: faults of an import in order; they go with it.'),
      ('import_profile_pkey', 'Key: look-up by name.')
  LOOP
    -- The owner may have dropped one that he does without.
    IF to_regclass(r.column1) IS NOT NULL THEN
      EXECUTE format('COMMENT ON INDEX %I IS %L', r.column1, r.column2);
    END IF;
  END LOOP;
END
$$;
