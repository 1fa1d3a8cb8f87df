# PGXS build. `make && sudo make install && make installcheck`, as for any extension.
# Sources are listed in src/sources.mk, the version in contacts.control, and nowhere else.
EXTENSION  := contacts
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" contacts.control)
MODULE_big := contacts

include src/sources.mk

OBJS = $(patsubst %.cpp,%.o,$(CORE_SRCS) $(PG_SRCS))

EXTENSION_SQL := $(sort $(wildcard sql/extension/*.sql))
DIRECTORY_SQL := $(sort $(wildcard sql/directory/*.sql))
INSTALL_SQL   := sql/contacts--$(EXTVERSION).sql
# Scripts of releases never change; the steps to this version are joined from modules until it is one.
DATA           = $(wildcard sql/release/contacts--*.sql)
UPGRADE_STEPS := $(sort $(wildcard sql/upgrade/contacts--*--$(EXTVERSION).sql))
UPGRADE_SQL   := $(UPGRADE_STEPS:sql/upgrade/%=sql/%)
LAYOUT_STEPS  := $(sort $(wildcard sql/release/layout--*.sql)) $(sort $(wildcard sql/upgrade/layout--*.sql))
DATA_built     = $(INSTALL_SQL) $(UPGRADE_SQL)

PG_CPPFLAGS = -Isrc
# -Wno-register: the headers of PostgreSQL 15 still use the keyword that C++17 removed.
PG_CXXFLAGS = -std=c++20 -Wall -Wextra -Wno-register -Wno-unused-parameter -MMD -MP $(WERROR)
SHLIB_LINK  = -lphonenumber -lprotobuf -licui18n -licuuc -lstdc++ -Wl,--version-script=src/contacts.map

REGRESS        = $(patsubst test/sql/%.sql,%,$(sort $(wildcard test/sql/*.sql)))
REGRESS_OPTS   = --inputdir=test
ISOLATION      = $(patsubst test/specs/%.spec,%,$(sort $(wildcard test/specs/*.spec)))
ISOLATION_OPTS = --inputdir=test --load-extension=contacts
# pg_isolation_regress looks for expected files under its output directory only.
REGRESS_PREP   = iso-expected

EXTRA_CLEAN = $(INSTALL_SQL) $(UPGRADE_SQL) $(OBJS:.o=.d) results output_iso regression.diffs regression.out

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# PGXS gives the bitcode compiler no C++ flags; -MMD there would overwrite the dependency files.
COMPILE.cxx.bc += $(filter-out -MMD -MP,$(PG_CXXFLAGS))

-include $(OBJS:.o=.d)

# The library says which version it is of; see contacts.version(), and pg_get_loaded_modules() of PostgreSQL 18.
VERSIONED = $(foreach file,module version,src/pg/$(file).o src/pg/$(file).bc)
$(VERSIONED): override CPPFLAGS += -DCONTACTS_VERSION='"$(EXTVERSION)"'
$(VERSIONED): contacts.control

# The directory's modules become the text that create_directory() runs, and the steps from older layouts that which
# upgrade_directory() runs.
define directory_functions
	printf '%s\n' 'CREATE OR REPLACE FUNCTION contacts.directory_script() RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog AS' \
	  '$$function$$ SELECT $$directory_script$$'; \
	cat $(DIRECTORY_SQL); \
	printf '%s\n' '$$directory_script$$ $$function$$;' \
	  "COMMENT ON FUNCTION contacts.directory_script() IS 'The SQL that create_directory() runs in a new schema: tables, views and functions of a directory, as text.';" \
	  'CREATE OR REPLACE FUNCTION contacts.layout_step(layout text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog AS' \
	  '$$function$$ SELECT CASE layout'; \
	for step in $(LAYOUT_STEPS); do \
	  from=$${step#*--}; echo "WHEN '$${from%%--*}' THEN \$$layout_step\$$"; \
	  awk -f sql/upgrade/expand $$step || exit; \
	  echo '$$layout_step$$'; \
	done; \
	printf '%s\n' 'END $$function$$;' \
	  "COMMENT ON FUNCTION contacts.layout_step(text) IS 'The SQL by which upgrade_directory() makes the next layout of this one; NULL where there is none.';"
endef

# The install script: the engine's modules in order. CREATE OR REPLACE serves upgrade scripts, an install must not
# replace what somebody else made first.
$(INSTALL_SQL): $(EXTENSION_SQL) $(DIRECTORY_SQL) $(LAYOUT_STEPS) sql/upgrade/expand contacts.control Makefile
	{ cat $(EXTENSION_SQL) && $(directory_functions); } | \
	  sed 's/@EXTVERSION@/$(EXTVERSION)/g' | \
	  awk '/directory_script\$$/ || /layout_step\$$/ { inside = !inside } !inside { sub(/^CREATE OR REPLACE /, "CREATE ") } { print }' > $@.new
	mv $@.new $@

$(UPGRADE_SQL): sql/%: sql/upgrade/% $(EXTENSION_SQL) $(DIRECTORY_SQL) $(LAYOUT_STEPS) sql/upgrade/expand contacts.control Makefile
	{ awk -f sql/upgrade/expand $< && $(directory_functions); } | sed 's/@EXTVERSION@/$(EXTVERSION)/g' > $@.new
	mv $@.new $@

iso-expected:
	mkdir -p output_iso && ln -sfn ../expected output_iso/expected

# Formatting and lint are for contributors; neither is needed to build.
format:
	clang-format -i $$(git ls-files '*.cpp' '*.h')

lint:
	clang-format --dry-run --Werror $$(git ls-files '*.cpp' '*.h')

.PHONY: iso-expected format lint
