-- Who adds Köbi for Jakob has not asked how names are folded.
CREATE FUNCTION _fold_nickname() RETURNS trigger
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
  NEW.nickname := contacts.fold_name(NEW.nickname);
  NEW.name := contacts.fold_name(NEW.name);
  RETURN NEW;
END
$body$;
COMMENT ON FUNCTION _fold_nickname() IS 'Trigger of nickname: folds what was written, see contacts.fold_name().';
CREATE TRIGGER fold_nickname BEFORE INSERT OR UPDATE ON nickname
  FOR EACH ROW EXECUTE FUNCTION _fold_nickname();
COMMENT ON TRIGGER fold_nickname ON nickname IS 'Folds both names, so that they may be written as people write them.';
