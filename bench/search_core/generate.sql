-- Fills a directory crm with :contacts contacts of several scripts, 20 000 organizations and no phones. Surnames follow
-- Zipf's law, as real ones do; the same contacts every time.
\set ON_ERROR_STOP on
CREATE TEMPORARY TABLE syllable AS
SELECT ARRAY['ka','lo','mi','ra','ten','ber','son','gar','wil','ho','jen','mar','tin','dor','fel','ster','nov','ski','pe','ru',
             'an','el','is','or','un','bach','hof','man','stein','berg','lin','chi','wa','sen','vic','tor','quin','zel','thor','dal'] AS s;
CREATE TEMPORARY TABLE surname AS
SELECT i, (s.s[1 + h % 40] || s.s[1 + h / 40 % 40] || CASE WHEN h % 3 > 0 THEN s.s[1 + h / 1600 % 40] ELSE '' END
           || CASE WHEN h % 7 = 0 THEN s.s[1 + h / 64000 % 40] ELSE '' END) AS name
  FROM (SELECT i, ('x' || substr(md5('s' || i), 1, 7))::bit(28)::int AS h FROM generate_series(1, 120000) AS i) AS r, syllable AS s;
CREATE UNIQUE INDEX ON surname (i);
INSERT INTO crm.organization (name)
SELECT initcap(n.name) || ' ' || (ARRAY['GmbH','Ltd','Inc','SA','Holding','Bank','Foods','Air','Motors','Systems'])[1 + i % 10]
  FROM generate_series(1, 20000) AS i JOIN surname AS n USING (i);
CREATE TEMPORARY TABLE script (script int, first_names text[], last_names text[]);
INSERT INTO script VALUES
  (0, '{James,Mary,Robert,Patricia,Michael,Jennifer,William,Linda,David,Elizabeth,Thomas,Susan,Lisa,Lily,Liam,Peter,Paul,Anna,Emma,Oliver}', NULL),
  (1, '{Jürgen,Zoë,José,Łukasz,Søren,Renée,Dvořák,Nuño,Chloé,Åsa,Gülşen,Ștefan}', '{Müller,García,Kowalczyk,Lefèvre,Nguyễn,Çelik,Šimek,Jørgensen,D''Amico,Groß,Ferrão,Ødegård}'),
  (2, '{Анна,Борис,Галина,Дмитрий,Елена,Иван,Ольга,Пётр,Сергей,Татьяна,Юлия,Фёдор}', '{Иванова,Кузнецов,Смирнова,Попов,Щукин,Морозова,Жуков,Цветкова,Чайковский,Ершова,Яшин,Соловьёва}'),
  (3, '{国藩,秀英,建国,小明,丽华,志强,美玲,伟杰,嘉欣,俊杰,雅婷,文博}', '{曾,李,王,张,刘,陈,杨,赵,黄,周,欧阳,司马}'),
  (4, '{محمد,فاطمة,أحمد,عائشة,علي,مريم,حسن,زينب,خالد,نور,يوسف,سلمى}', '{الحسن,العلي,المصري,الخطيب,حداد,نجار,منصور,الشريف,عباس,سليمان,قاسم,الزهراني}');
CREATE TEMPORARY TABLE record AS
SELECT i, CASE WHEN a % 10 < 6 THEN 0 ELSE a % 10 - 5 END AS script, a, b,
       1 + floor(power(120000.0, (b % 100000) / 100000.0))::int % 120000 AS rank
  FROM (SELECT i, ('x' || substr(md5(i::text), 1, 7))::bit(28)::int AS a, ('x' || substr(md5(i::text), 8, 7))::bit(28)::int AS b
          FROM generate_series(1, :contacts) AS i) AS r;
CREATE TEMPORARY TABLE org AS SELECT row_number() OVER () AS n, organization_id FROM crm.organization;
CREATE TEMPORARY TABLE draft AS
SELECT s.first_names[1 + r.a / 10 % cardinality(s.first_names)] AS first_name,
       coalesce(s.last_names[1 + r.b % cardinality(s.last_names)], initcap(n.name)) AS last_name,
       (ARRAY['Engineer','Head of Support','Buyer','Analyst','Director, Sales','Notary',NULL])[1 + r.b % 7] AS job_title,
       (ARRAY['Support','Research','Purchasing','Sales',NULL])[1 + r.a % 5] AS department,
       CASE WHEN r.a % 3 < 2 THEN o.organization_id END AS organization_id
  FROM record AS r JOIN script AS s ON s.script = CASE WHEN r.script > 4 THEN 0 ELSE r.script END JOIN surname AS n ON n.i = r.rank
  JOIN org AS o ON o.n = 1 + r.a % 20000
 ORDER BY r.i;
