-- Fills the directory crm (of role crm_owner, new and empty) for benches: :contacts contacts with names in nine scripts,
-- two phones and one e-mail address each, spread over :staff colleagues; :shares contacts shared with somebody. The same
-- rows every time: whatever looks random comes from a hash. Run as crm_owner.
--
-- Seven of ten contacts are the company's, two restricted, one personal. Names are put together from parts, so that
-- words are as many and as uneven as in a real directory: frequent first names, mostly rare last names.
\set ON_ERROR_STOP on
SET search_path = crm, pg_catalog;

CREATE TEMP TABLE name_part (script int, first_names text[], beginnings text[], endings text[]);
INSERT INTO name_part VALUES
  (0, '{James,Mary,Robert,Patricia,Michael,Jennifer,William,Linda,David,Elizabeth,Thomas,Susan,Richard,Jessica,Joseph,Sarah,Charles,Karen,Christopher,Lisa,Daniel,Nancy,Matthew,Betty,Anthony,Sandra,Mark,Margaret,Donald,Ashley,Steven,Kimberly,Andrew,Emily,Paul,Donna,Joshua,Michelle,Kenneth,Carol}',
      '{Ash,Bar,Black,Brook,Carl,Cart,Ches,Clay,Cold,Crom,Dal,Den,East,Ed,Fair,Farn,Ful,Glad,Green,Had,Hart,Hath,Hol,Ken,King,Lan,Liv,Lock,Mal,Mar,Mel,New,Nor,Oak,Pres,Rad,Ren,Ros,Sand,Shel,Stan,Sut,Thorn,Under,Wake,Wal,Wel,Whit,Wind,Wood}',
      '{bridge,brook,burn,bury,by,comb,cote,croft,dale,den,don,field,ford,gate,grave,ham,hill,hurst,ing,land,ley,low,man,mer,moor,more,ridge,sey,shaw,shire,son,stead,stock,stone,stow,sworth,thorpe,ton,tree,vale,ville,wall,ward,water,way,well,wick,win,wood,worth}'),
  (1, '{Jürgen,Zoë,José,Łukasz,Søren,Renée,Jiří,Nuño,Chloé,Åsa,Gülşen,Ștefan,Günther,François,Björn,Małgorzata,Šárka,Inés,Øyvind,Çağla}',
      '{Müll,Groß,Schäf,Köhl,Böhm,Krüg,Jäg,Lefèv,Gonçal,Garcí,Muño,Ibáñ,Kowal,Wiśniew,Dąbrow,Šime,Dvořá,Novotn,Jørgen,Søren,Øster,Åker,Björk,Çeli,Yıldı,Şahi,Popesc,Ștefănes,Kovácsn,Szűc}',
      '{er,mann,re,ves,a,z,ez,czyk,ski,ska,k,kova,ý,sen,gaard,ström,lund,k,z,n,u,cu,né,s,stein,feld,bauer,berger,hof,thal}'),
  (2, '{Анна,Борис,Галина,Дмитрий,Елена,Иван,Ольга,Пётр,Сергей,Татьяна,Юлия,Фёдор,Наталья,Алексей,Мария,Щукарь,Жанна,Эдуард,Ярослав,Ксения}',
      '{Иван,Кузнец,Смирн,Поп,Щук,Мороз,Жук,Цветк,Чайк,Ерш,Яш,Соловь,Лебед,Козл,Новик,Орл,Андре,Макар,Никит,Захар,Зайц,Бел,Тарас,Комар,Кисел,Фёдор,Быстр,Хохл,Юд,Эйх}',
      '{ов,ова,ев,ева,ин,ина,овский,овская,енко,ченко,чук,ский,ская,ых,ович,евич,ян,адзе,швили,ук}'),
  (3, '{国藩,秀英,建国,小明,丽华,志强,美玲,伟杰,嘉欣,俊杰,雅婷,文博,晓东,海燕,玉兰,思远,子涵,梓轩,浩然,雨桐}',
      '{王,李,张,刘,陈,杨,赵,黄,周,吴,徐,孙,胡,朱,高,林,何,郭,马,罗,梁,宋,郑,谢,韩,唐,冯,于,董,萧,程,曹,袁,邓,许,傅,沈,曾,彭,吕}',
      '{""}'),
  (4, '{Αλέξανδρος,Ελένη,Γιώργος,Μαρία,Νίκος,Σοφία,Κώστας,Ιωάννα,Δημήτρης,Άννα,Πέτρος,Χρήστος,Βασίλης,Κατερίνα,Στέλιος,Δέσποινα}',
      '{Παπα,Νικολα,Οικονομ,Γεωργι,Αντων,Βασιλε,Δημ,Μακρ,Αγγελ,Καρ,Ρουσ,Λαμπρ,Κωνσταντ,Θεοδωρ,Χατζη,Σταυρ,Πετρ,Ιωανν,Μιχαηλ,Ζαφειρ}',
      '{δόπουλος,ίδης,άκης,όγλου,άκος,ίου,έας,ής,ούσης,άτος,όπουλος,ιάδης,ιάδου,οπούλου,άκη,ίδου}'),
  (5, '{محمد,فاطمة,أحمد,عائشة,علي,مريم,حسن,زينب,خالد,نور,يوسف,سلمى,إبراهيم,ليلى,عمر,هدى}',
      '{الحسن,العلي,المصر,الخطيب,حداد,نجار,منصور,الشريف,عباس,سليمان,قاسم,الزهران,البغداد,الدمشق,القرش,الهاشم}',
      '{ي,"","ية",اوي,اني,ين,ون}'),
  (6, '{민준,서연,지훈,수빈,현우,지민,도윤,하은,서준,예은,주원,채원,시우,유진,건우,다은}',
      '{김,이,박,최,정,강,조,윤,장,임,한,오,서,신,권,황,안,송,전,홍,유,고,문,양,손,배,백,허,남,심}',
      '{""}'),
  (7, '{राम,सीता,अर्जुन,प्रिया,विजय,अनीता,राजेश,सुनीता,अमित,पूजा,संजय,नेहा}',
      '{शर्म,वर्म,गुप्त,कपू,चौधर,मिश्र,पाण्डे,यादव,सिंह,पटेल,जोश,अग्रवाल}',
      '{ा,"",र,ी,य,न}'),
  (8, '{ひろし,さくら,たけし,ゆき,けんじ,あゆみ,カルロス,マリア,はると,ゆい,そうた,めい}',
      '{さとう,すずき,たかはし,たなか,わたなべ,いとう,やまもと,なかむら,こばやし,かとう,よしだ,やまだ}',
      '{"",かわ,もと,ぐち,の,しま}');

INSERT INTO staff (login, display_name, first_name, last_name, permissions)
SELECT 'bench_' || i, 'Colleague ' || i, 'Colleague', i::text, '{view,edit,import,export}'
  FROM generate_series(1, :staff) AS i;
INSERT INTO staff (login, display_name, permissions) VALUES ('bench_admin', 'Administrator', '{view,edit,import,export,admin}');

INSERT INTO organization (name)
SELECT n.beginnings[1 + i % cardinality(n.beginnings)] || n.endings[1 + (i / 50) % cardinality(n.endings)] || ' '
       || ('{Ltd,GmbH,AG,SA,Inc,Oy,BV,KK}'::text[])[1 + i % 8] || ' ' || i
  FROM generate_series(1, greatest(:contacts / 50, 1)) AS i
  JOIN name_part AS n ON n.script = i % 3;

CREATE TEMP TABLE person AS
SELECT i, contacts.uuid_v7() AS contact_id,
       ('x' || substr(h.hash, 1, 7))::bit(28)::int AS a,
       ('x' || substr(h.hash, 8, 7))::bit(28)::int AS b,
       ('x' || substr(h.hash, 15, 7))::bit(28)::int AS c
  FROM generate_series(1, :contacts) AS i, LATERAL (SELECT md5(i::text) AS hash) AS h;

CREATE TEMP TABLE colleague AS
SELECT row_number() OVER (ORDER BY staff_id)::int AS number, staff_id FROM staff WHERE login LIKE 'bench\_%' AND login <> 'bench_admin';
CREATE TEMP TABLE company AS
SELECT row_number() OVER (ORDER BY organization_id)::int AS number, organization_id FROM organization;
ANALYZE person, colleague, company;

-- The square makes the first names of a list frequent and its last ones rare.
INSERT INTO contact (contact_id, source, external_id, visibility, owner_id, organization_id, first_name, last_name, job_title, department, location)
SELECT p.contact_id, 'bench', p.i::text,
       CASE WHEN p.i % 10 < 7 THEN 'company' WHEN p.i % 10 < 9 THEN 'restricted' ELSE 'personal' END,
       s.staff_id, o.organization_id,
       n.first_names[1 + (cardinality(n.first_names) * (p.a % 1000 / 1000.0) ^ 2)::int % cardinality(n.first_names)]
         || CASE WHEN n.script IN (3, 6) OR p.b % 4 > 0 THEN '' ELSE ' ' || left(n.first_names[1 + p.c % cardinality(n.first_names)], 1) || '.' END,
       n.beginnings[1 + p.b % cardinality(n.beginnings)] || n.endings[1 + p.c % cardinality(n.endings)]
         || CASE WHEN n.script = 0 AND p.a % 3 = 0 THEN '-' || n.beginnings[1 + p.c % cardinality(n.beginnings)] || n.endings[1 + p.a % cardinality(n.endings)] ELSE '' END,
       ('{Engineer,Head of Support,Buyer,Analyst,"Director, Sales",Notary,Physician,Teacher}'::text[])[1 + p.b % 12],
       ('{Support,Research,Purchasing,Sales}'::text[])[1 + p.a % 8],
       ('{Berlin,"Dublin, Ireland",香港,São Paulo,Москва,"New York"}'::text[])[1 + p.c % 9]
  FROM person AS p
  JOIN name_part AS n ON n.script = CASE WHEN p.c % 10 < 5 THEN 0 ELSE p.c / 10 % 9 END
  JOIN colleague AS s ON s.number = 1 + p.a % :staff
  LEFT JOIN company AS o ON o.number = 1 + p.b % (2 * greatest(:contacts / 50, 1))
 ORDER BY p.i;

INSERT INTO contact_phone (contact_id, position, label, number, owner_id, visibility)
SELECT c.contact_id, k.position, CASE k.position WHEN 1 THEN 'work' ELSE 'mobile' END,
       -- An office of ten shares a line; a mobile is one's own.
       (CASE k.position WHEN 1 THEN '+4930' || lpad((p.i / 10)::text, 8, '2') ELSE '+49151' || lpad(p.i::text, 8, '7') END)::contacts.phone,
       c.owner_id, c.visibility
  FROM person AS p JOIN contact AS c ON c.contact_id = p.contact_id
 CROSS JOIN (VALUES (1), (2)) AS k("position")
 ORDER BY p.i, k.position;

INSERT INTO contact_email (contact_id, position, label, address, owner_id, visibility)
SELECT c.contact_id, 1, 'work',
       contacts.email_try_parse(concat('contact', p.i, '@mail', p.a % 5000, '.example.com')), c.owner_id, c.visibility
  FROM person AS p JOIN contact AS c ON c.contact_id = p.contact_id
 ORDER BY p.i;

-- Shared restricted contacts, with somebody who is not the owner.
INSERT INTO contact_share (contact_id, staff_id, can_edit)
SELECT c.contact_id, s.staff_id, p.c % 4 = 0
  FROM person AS p
  JOIN contact AS c ON c.contact_id = p.contact_id AND c.visibility = 'restricted'
  JOIN colleague AS s ON s.number = 1 + (p.a + 1) % :staff
 WHERE :staff > 1
 ORDER BY p.i
 LIMIT :shares;

DROP TABLE person, colleague, company, name_part;
