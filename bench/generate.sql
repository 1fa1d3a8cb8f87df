-- Makes a contact file of :records records in format :format (8x8, unless it is cinnox), header first: two phones and one e-mail
-- address each, names in several scripts, no ID; in a CINNOX file also companies (one for 50 records), every other record
-- with a postal address, every fourth with a social account, every tenth in a group. The same file every time: whatever
-- looks random comes from a hash of the record's number.
-- :bad is how many of a hundred records hold a fault (a phone number with too few digits, an address without a domain).
\set ON_ERROR_STOP on
CREATE TEMP VIEW person AS
  WITH name(script, first_names, last_names) AS (
    VALUES
      (0, '{James,Mary,Robert,Patricia,Michael,Jennifer,William,Linda,David,Elizabeth,Thomas,Susan}'::text[],
          '{Smith,Johnson,Williams,Brown,Jones,Miller,Davis,Wilson,Anderson,Taylor,O''Brien,Moore-Clarke}'::text[]),
      (1, '{Jürgen,Zoë,José,Łukasz,Søren,Renée,Dvořák,Nuño,Chloé,Åsa,Gülşen,Ștefan}',
          '{Müller,García,Kowalczyk,Lefèvre,Nguyễn,Çelik,Šimek,Jørgensen,D''Amico,Groß,Ferrão,Ødegård}'),
      (2, '{Анна,Борис,Галина,Дмитрий,Елена,Иван,Ольга,Пётр,Сергей,Татьяна,Юлия,Фёдор}',
          '{Иванова,Кузнецов,Смирнова,Попов,Щукин,Морозова,Жуков,Цветкова,Чайковский,Ершова,Яшин,Соловьёва}'),
      (3, '{国藩,秀英,建国,小明,丽华,志强,美玲,伟杰,嘉欣,俊杰,雅婷,文博}',
          '{欧阳,司马,诸葛,上官,東方,公孫,令狐,皇甫,佐藤,鈴木,高橋,田中}'),
      (4, '{Αλέξανδρος,Ελένη,Γιώργος,Μαρία,Νίκος,Σοφία,Κώστας,Ιωάννα,Δημήτρης,Άννα,Πέτρος,Χρήστος}',
          '{Παπαδόπουλος,Νικολάου,Οικονόμου,Γεωργίου,Αντωνίου,Βασιλείου,Δήμου,Μακρής,Αγγέλου,Καρράς,Ρούσσος,Λάμπρου}'),
      (5, '{محمد,فاطمة,أحمد,عائشة,علي,مريم,حسن,زينب,خالد,نور,يوسف,سلمى}',
          '{الحسن,العلي,المصري,الخطيب,حداد,نجار,منصور,الشريف,عباس,سليمان,قاسم,الزهراني}'),
      (6, '{민준,서연,지훈,수빈,현우,지민,도윤,하은,서준,예은,주원,채원}',
          '{남궁,황보,제갈,사공,선우,서문,독고,동방,어금,망절,강전,소봉}')
  ), phone(first_digits, digits) AS (
    VALUES ('1212', 7), ('1415', 7), ('4420', 8), ('447700', 6), ('4930', 8), ('491512', 7), ('331', 8), ('336', 8),
           ('3906', 8), ('861381', 7), ('8525', 7), ('819012', 6), ('919812', 6), ('551198', 7), ('614', 8), ('65812', 5)
  ), phones AS (
    SELECT array_agg(first_digits ORDER BY first_digits) AS first_digits,
           array_agg(digits ORDER BY first_digits) AS digits,
           count(*)::int AS count
      FROM phone
  ), record AS (
    SELECT i, md5(i::text) AS hash, ('x' || substr(md5(i::text), 1, 7))::bit(28)::int AS a,
           ('x' || substr(md5(i::text), 8, 7))::bit(28)::int AS b
      FROM generate_series(1, :records) AS i
  )
  SELECT r.i, r.a, r.b,
         n.first_names[1 + r.a % 12] AS first_name,
         n.last_names[1 + r.b % 12] AS last_name,
         ('{Engineer,Head of Support,Buyer,Analyst,"Director, Sales",Notary}'::text[])[1 + r.b % 6] AS job_title,
         ('{Support,Research,Purchasing,Sales}'::text[])[1 + r.a % 4] AS department,
         ('{Berlin,"Dublin, Ireland",香港,São Paulo,Москва,"New York"}'::text[])[1 + r.b % 7] AS location,
         concat('+', CASE WHEN r.i % 200 < :bad * 2 AND r.i % 2 = 0 THEN left(p.first_digits[1 + r.a % p.count], 2) || '1'
                          ELSE p.first_digits[1 + r.a % p.count]
                               || lpad((r.b % power(10, p.digits[1 + r.a % p.count])::int)::text,
                                       p.digits[1 + r.a % p.count], '2')
                END) AS work,
         concat('+', p.first_digits[1 + r.b % p.count],
                lpad((r.a % power(10, p.digits[1 + r.b % p.count])::int)::text, p.digits[1 + r.b % p.count], '3')) AS mobile,
         concat('contact', r.i, CASE WHEN r.i % 200 < :bad * 2 AND r.i % 2 = 1 THEN '@'
                                     ELSE '@mail' || r.a % 5000 || '.example.com' END) AS email
    FROM record AS r
   CROSS JOIN phones AS p
    JOIN name AS n ON n.script = r.a % 7;

\if :{?format}
SELECT :'format' = 'cinnox' AS is_cinnox \gset
\else
\set is_cinnox false
\endif
\if :is_cinnox
COPY (
  SELECT first_name AS "First Name", last_name AS "Last Name",
         ('{Lead,Prospect,Customer,Others}'::text[])[1 + a % 4] AS "Type",
         ('{Primary,Secondary,Tertiary}'::text[])[1 + b % 3] AS "Level",
         concat(('{Blackwater,Grünfeld,Северный Ветер,東海,Αίγλη}'::text[])[1 + c % 5],
                ('{" Ltd"," GmbH"," AG"," Inc"}'::text[])[1 + c % 4], ' ', c) AS "Company",
         job_title AS "Job Title", department AS "Department",
         CASE WHEN i % 3 = 0 THEN to_char(date '1950-01-01' + a % 20000, 'MM/DD/YYYY') END AS "Birth Date",
         ('{English,French,Thai}'::text[])[1 + a % 5] AS "Language",
         CASE WHEN i % 10 = 0 THEN ('{VIP,Fair,Newsletter}'::text[])[1 + a % 3] END AS "Group",
         mobile AS "Mobile", work AS "Work", NULL AS "Home", NULL AS "Other", email AS "Email", NULL AS "Other Email",
         CASE WHEN i % 2 = 0 THEN concat(b % 200, ' Station Road') END AS "Street",
         CASE WHEN i % 2 = 0 THEN 'Dublin' END AS "City", NULL AS "State",
         CASE WHEN i % 2 = 0 THEN lpad((b % 100000)::text, 5, '0') END AS "ZIP code",
         CASE WHEN i % 2 = 0 THEN 'Ireland' END AS "Country",
         NULL AS "Facebook", CASE WHEN i % 4 = 0 THEN mobile END AS "WhatsApp", NULL AS "WeChat", NULL AS "Twitter",
         NULL AS "LinkedIn"
    FROM person CROSS JOIN LATERAL (SELECT a % greatest(:records / 50, 1)) AS company(c)
   ORDER BY i
) TO :'file' WITH (FORMAT csv, HEADER, ENCODING 'UTF8');
\else
COPY (
  SELECT first_name AS "Contact.FirstName", last_name AS "User.LastName",
         CASE WHEN a % 5 = 0 THEN left(first_name, 3) END AS "NickName",
         job_title AS "Contact.Title", department AS "Contact.Department", location AS "Contact.Location",
         concat(work, ' WORK: ', mobile, ' MOBILE') AS "Contact.PhoneNumber", email AS "Contact.Emails",
         ('{Gold,Silver,Bronze}'::text[])[1 + a % 9] AS "Contact.Custom.Field1",
         NULL AS "Contact.Custom.Field2", NULL AS "Contact.Custom.Field3", NULL AS "Contact.ContactID"
    FROM person
   ORDER BY i
) TO :'file' WITH (FORMAT csv, HEADER, ENCODING 'UTF8');
\endif
