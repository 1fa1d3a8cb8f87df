-- What must hold for every object of the extension. Each query names what breaks a rule: no rows, no fault.
-- The two lists at the end are there to be read whenever they change.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS contacts;
RESET client_min_messages;

-- A table, not a view: the planner would let functions look up objects of other extensions, too, which another session
-- may be about to drop.
CREATE TEMPORARY TABLE member AS
  SELECT d.classid, d.objid, pg_catalog.pg_describe_object(d.classid, d.objid, 0) COLLATE "C" AS object
    FROM pg_catalog.pg_depend AS d
    JOIN pg_catalog.pg_extension AS e ON d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.refobjid = e.oid
   WHERE e.extname = 'contacts' AND d.deptype = 'e';
CREATE TEMPORARY VIEW member_function AS
  SELECT p.*, p.oid::regprocedure::text COLLATE "C" AS signature, l.lanname
    FROM member AS m
    JOIN pg_catalog.pg_proc AS p ON m.classid = 'pg_catalog.pg_proc'::regclass AND p.oid = m.objid
    JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang;
CREATE TEMPORARY VIEW member_operator AS
  SELECT o.*, o.oid::regoperator::text COLLATE "C" AS signature
    FROM member AS m
    JOIN pg_catalog.pg_operator AS o ON m.classid = 'pg_catalog.pg_operator'::regclass AND o.oid = m.objid;

-- Every object has a comment. Array and row types, families made by their class, and casts speak for themselves.
SELECT object AS without_comment
  FROM member AS m
  LEFT JOIN pg_catalog.pg_type AS t ON m.classid = 'pg_catalog.pg_type'::regclass AND t.oid = m.objid
 WHERE pg_catalog.obj_description(m.objid, (SELECT relname FROM pg_catalog.pg_class WHERE oid = m.classid)) IS NULL
   AND m.classid NOT IN ('pg_catalog.pg_cast'::regclass, 'pg_catalog.pg_opfamily'::regclass)
   AND (t.oid IS NULL OR (t.typelem = 0 OR t.typlen <> -1) AND t.typrelid = 0)
 ORDER BY 1;

-- Operators and their classes may live in pg_catalog, everything else in schema contacts.
SELECT object AS outside_of_its_schema
  FROM member AS m, pg_catalog.pg_identify_object(m.classid, m.objid, 0) AS i
 WHERE i.schema IS NOT NULL AND i.schema <> 'contacts'
   AND NOT (i.schema = 'pg_catalog' AND i.type IN ('operator', 'operator class', 'operator family'))
 ORDER BY 1;

-- Everybody may use the schema, nobody but its owner may add to it.
SELECT acl.privilege_type AS public_privilege_on_schema
  FROM pg_catalog.pg_namespace AS n, pg_catalog.aclexplode(n.nspacl) AS acl
 WHERE n.nspname = 'contacts' AND acl.grantee = 0
 ORDER BY 1;

-- Data is not for everybody: no privilege on tables and sequences, at most SELECT on views.
SELECT c.oid::regclass AS open_relation, acl.privilege_type COLLATE "C" AS privilege_type
  FROM pg_catalog.pg_class AS c, pg_catalog.aclexplode(c.relacl) AS acl
 WHERE c.relnamespace = 'contacts'::regnamespace AND acl.grantee = 0
   AND NOT (c.relkind = 'v' AND acl.privilege_type = 'SELECT')
 ORDER BY c.oid::regclass::text COLLATE "C", 2;

-- No search path bends a function: C, a body bound when created, or a path of its own.
SELECT signature AS search_path_not_pinned
  FROM member_function
 WHERE lanname NOT IN ('c', 'internal') AND prosqlbody IS NULL
   AND NOT EXISTS (SELECT FROM pg_catalog.unnest(proconfig) AS setting WHERE setting LIKE 'search\_path=%')
 ORDER BY 1;

-- Nothing of the engine runs as who installed it.
SELECT signature AS security_definer FROM member_function WHERE prosecdef ORDER BY 1;

-- Symbols are exported by prefix.
SELECT signature AS misnamed_symbol, prosrc
  FROM member_function
 WHERE lanname = 'c' AND prosrc !~ '^contacts_[a-z0-9_]+$'
 ORDER BY 1;

-- A type has binary input and output, too.
SELECT t.oid::regtype AS without_binary_io
  FROM member AS m
  JOIN pg_catalog.pg_type AS t ON m.classid = 'pg_catalog.pg_type'::regclass AND t.oid = m.objid
 WHERE t.typtype = 'b' AND (t.typreceive = 0 OR t.typsend = 0)
 ORDER BY t.oid::regtype::text COLLATE "C";

-- Output and binary output need no metadata: what is stored always reads back.
SELECT p.signature AS output_not_immutable
  FROM member_function AS p
  JOIN pg_catalog.pg_type AS t ON p.oid IN (t.typoutput, t.typsend)
 WHERE p.provolatile <> 'i'
 ORDER BY 1;

-- Operator classes are complete and consistent. Chosen first: amvalidate() fails where there is no class of an id.
WITH class AS MATERIALIZED (
  SELECT objid, object FROM member WHERE classid = 'pg_catalog.pg_opclass'::regclass)
SELECT object AS invalid_operator_class
  FROM class
 WHERE NOT pg_catalog.amvalidate(objid)
 ORDER BY 1;

-- Commutators and negators come in pairs, with the operands they must have.
SELECT o.signature AS lame_commutator
  FROM member_operator AS o
  LEFT JOIN pg_catalog.pg_operator AS c ON c.oid = o.oprcom
 WHERE o.oprcom <> 0
   AND (c.oprcom, c.oprleft, c.oprright, c.oprresult) IS DISTINCT FROM (o.oid, o.oprright, o.oprleft, o.oprresult)
 ORDER BY 1;
SELECT o.signature AS lame_negator
  FROM member_operator AS o
  LEFT JOIN pg_catalog.pg_operator AS n ON n.oid = o.oprnegate
 WHERE o.oprnegate <> 0
   AND ((n.oprnegate, n.oprleft, n.oprright) IS DISTINCT FROM (o.oid, o.oprleft, o.oprright) OR o.oprnegate = o.oid)
 ORDER BY 1;

-- A comparison has a commutator, a negator and selectivity estimators.
SELECT signature AS bare_comparison
  FROM member_operator
 WHERE oprname IN ('=', '<>', '<', '<=', '>', '>=')
   AND (0 IN (oprcom, oprnegate) OR oprrest = 0 OR oprjoin = 0)
 ORDER BY 1;

-- Equality that claims to hash or merge has the class for it, and the other way round.
SELECT o.signature AS false_claim
  FROM member_operator AS o
 WHERE o.oprname = '='
   AND (o.oprcanhash IS DISTINCT FROM EXISTS (
          SELECT FROM pg_catalog.pg_amop AS a JOIN pg_catalog.pg_am AS m ON m.oid = a.amopmethod
           WHERE a.amopopr = o.oid AND m.amname = 'hash')
     OR o.oprcanmerge IS DISTINCT FROM EXISTS (
          SELECT FROM pg_catalog.pg_amop AS a JOIN pg_catalog.pg_am AS m ON m.oid = a.amopmethod
           WHERE a.amopopr = o.oid AND m.amname = 'btree'))
 ORDER BY 1;

-- Hash classes hash with a seed as well, for partitioning by hash; btree classes serve all values of a sort.
SELECT m.object AS without_extended_hash
  FROM member AS m
  JOIN pg_catalog.pg_opclass AS c ON m.classid = 'pg_catalog.pg_opclass'::regclass AND c.oid = m.objid
  JOIN pg_catalog.pg_am AS am ON am.oid = c.opcmethod AND am.amname = 'hash'
 WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_amproc AS p WHERE p.amprocfamily = c.opcfamily AND p.amprocnum = 2)
 ORDER BY 1;

-- What an index is built on never changes its mind and tells nothing of rows that a policy hides.
SELECT DISTINCT p.signature AS unfit_for_an_index
  FROM member_operator AS o
  JOIN pg_catalog.pg_amop AS a ON a.amopopr = o.oid
  JOIN member_function AS p ON p.oid = o.oprcode
 WHERE p.provolatile <> 'i' OR NOT p.proleakproof OR NOT p.proisstrict OR p.proparallel <> 's'
 ORDER BY 1;

-- An index expression may use IMMUTABLE functions only; whatever asks a library for an opinion must not be one.
-- What is IMMUTABLE must be PARALLEL SAFE as well.
SELECT signature AS immutable_but_not_parallel_safe
  FROM member_function
 WHERE provolatile = 'i' AND proparallel <> 's'
 ORDER BY 1;

-- To be read: what keeps a query from running in parallel (trigger functions aside) ...
SELECT signature AS not_parallel_safe
  FROM member_function
 WHERE proparallel <> 's' AND prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
 ORDER BY 1;

-- ... and what claims never to give a value away, not even in an error message.
SELECT signature AS leakproof FROM member_function WHERE proleakproof ORDER BY 1;

DROP VIEW member_operator, member_function;
DROP TABLE member;
