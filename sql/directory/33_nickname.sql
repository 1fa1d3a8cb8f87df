-- Other names that people go by. The table is data for searches, not part of documents: a new row counts at once.

CREATE TABLE nickname (
  nickname text CHECK (nickname <> '' AND nickname = lower(nickname COLLATE "C")),
  name     text CHECK (name <> '' AND name = lower(name COLLATE "C")),
  PRIMARY KEY (nickname, name)
);
CREATE INDEX nickname_name_idx ON nickname (name);
COMMENT ON TABLE nickname IS 'Names that a search takes for each other, in both directions. Add what your people go by; what an installation began with is English.';
COMMENT ON COLUMN nickname.nickname IS 'One word: bob. Kept as contacts.fold_name() answers it.';
COMMENT ON COLUMN nickname.name IS 'One or more words: robert, mary jane. Kept as contacts.fold_name() answers them.';

ALTER TABLE nickname ENABLE ROW LEVEL SECURITY;
CREATE POLICY nickname_read ON nickname FOR SELECT
  USING (contacts.has_permission('staff'::regclass, 'view'));
CREATE POLICY nickname_create ON nickname FOR INSERT
  WITH CHECK (contacts.has_permission('staff'::regclass, 'admin'));
CREATE POLICY nickname_edit ON nickname FOR UPDATE
  USING (contacts.has_permission('staff'::regclass, 'admin'));
CREATE POLICY nickname_delete ON nickname FOR DELETE
  USING (contacts.has_permission('staff'::regclass, 'admin'));
COMMENT ON POLICY nickname_read ON nickname IS 'Permission view.';
COMMENT ON POLICY nickname_create ON nickname IS 'Admins.';
COMMENT ON POLICY nickname_edit ON nickname IS 'Admins.';
COMMENT ON POLICY nickname_delete ON nickname IS 'Admins.';

INSERT INTO nickname (nickname, name)
SELECT unnest(n.nicknames::text[]), n.name
FROM (VALUES
  ('alexander', '{alex,al,sandy,sasha,xander}'), ('alexandra', '{alex,sandra,sandy}'),
  ('andrew', '{andy,drew}'), ('anthony', '{tony}'), ('barbara', '{barb,babs}'), ('benjamin', '{ben,benny}'),
  ('catherine', '{cathy,kate,katie,cat}'), ('katherine', '{kathy,kate,katie,kitty}'),
  ('charles', '{charlie,chuck,chas}'), ('christina', '{chris,tina}'), ('christine', '{chris,tina}'),
  ('christopher', '{chris,kit}'), ('cynthia', '{cindy}'), ('daniel', '{dan,danny}'), ('david', '{dave,davy}'),
  ('deborah', '{deb,debbie}'), ('donald', '{don,donnie}'), ('dorothy', '{dot,dolly,dottie}'),
  ('edward', '{ed,eddie,ned,ted,teddy}'), ('eleanor', '{ellie,nell,nora}'),
  ('elizabeth', '{beth,betsy,betty,bess,eliza,liz,lizzie,libby}'), ('eugene', '{gene}'), ('florence', '{flo}'),
  ('frances', '{fran,frankie}'), ('francis', '{frank,fran}'), ('franklin', '{frank}'),
  ('frederick', '{fred,freddie}'), ('gabrielle', '{gabby}'), ('george', '{georgie}'),
  ('gerald', '{gerry,jerry}'), ('gregory', '{greg}'), ('harold', '{harry,hal}'), ('henry', '{harry,hank}'),
  ('isabella', '{bella,izzy}'), ('jacob', '{jake,jack}'), ('james', '{jim,jimmy,jamie}'),
  ('jennifer', '{jen,jenny}'), ('jessica', '{jess,jessie}'), ('john', '{jack,johnny}'),
  ('jonathan', '{jon,jonny}'), ('joseph', '{joe,joey}'), ('josephine', '{jo,josie}'), ('judith', '{judy}'),
  ('kenneth', '{ken,kenny}'), ('kimberly', '{kim}'), ('lawrence', '{larry,laurie}'),
  ('leonard', '{len,lenny,leo}'), ('louis', '{lou,louie}'), ('louise', '{lou}'),
  ('margaret', '{maggie,meg,peggy,marge,madge,greta,daisy}'), ('martha', '{marty}'),
  ('matthew', '{matt,matty}'), ('michael', '{mike,mick,mickey,mikey}'), ('michelle', '{shelly}'),
  ('nancy', '{nan}'), ('nathaniel', '{nate,nat,nathan}'), ('nicholas', '{nick,nicky}'),
  ('nicole', '{nicky,nikki}'), ('olivia', '{liv,livvy}'), ('pamela', '{pam}'),
  ('patricia', '{pat,patty,tricia,trish}'), ('patrick', '{pat,paddy}'), ('peter', '{pete}'),
  ('philip', '{phil,pip}'), ('raymond', '{ray}'), ('rebecca', '{becky,becca}'),
  ('richard', '{dick,rich,rick,ricky,richie}'), ('robert', '{bob,bobby,rob,robbie,bert}'),
  ('roberta', '{bobbie}'), ('ronald', '{ron,ronnie}'), ('samantha', '{sam,sammy}'), ('samuel', '{sam,sammy}'),
  ('sarah', '{sally,sadie}'), ('stephen', '{steve,stevie}'), ('steven', '{steve,stevie}'),
  ('stephanie', '{steph}'), ('susan', '{sue,susie}'), ('suzanne', '{sue,suzy}'),
  ('theodore', '{ted,teddy,theo}'), ('theresa', '{terry,tess,tessa}'), ('thomas', '{tom,tommy}'),
  ('timothy', '{tim,timmy}'), ('valerie', '{val}'), ('victoria', '{vicky,tori}'), ('vincent', '{vince,vinny}'),
  ('virginia', '{ginny}'), ('walter', '{walt,wally}'), ('william', '{bill,billy,will,willie,liam}'),
  ('zachary', '{zach,zack}')
) AS n(name, nicknames);
