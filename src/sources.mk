# The one list of sources: the Makefile includes it, CMakeLists.txt reads it. One source a line.
# CORE_SRCS never see postgres.h and are unit-tested without PostgreSQL; PG_SRCS are the extension's boundary.
CORE_SRCS += src/core/csv/dialect.cpp
CORE_SRCS += src/core/csv/encoding.cpp
CORE_SRCS += src/core/csv/reader.cpp
CORE_SRCS += src/core/email/email.cpp
CORE_SRCS += src/core/error.cpp
CORE_SRCS += src/core/format/draft.cpp
CORE_SRCS += src/core/format/format.cpp
CORE_SRCS += src/core/format/mapping.cpp
CORE_SRCS += src/core/format/plan.cpp
CORE_SRCS += src/core/format/text.cpp
CORE_SRCS += src/core/format/validate.cpp
CORE_SRCS += src/core/phone/clean.cpp
CORE_SRCS += src/core/phone/find.cpp
CORE_SRCS += src/core/phone/library.cpp
CORE_SRCS += src/core/phone/metadata.cpp
CORE_SRCS += src/core/phone/parse.cpp
CORE_SRCS += src/core/phone/phone.cpp
CORE_SRCS += src/core/place/country.cpp
CORE_SRCS += src/core/place/fold.cpp
CORE_SRCS += src/core/place/language.cpp
CORE_SRCS += src/core/uuid.cpp

PG_SRCS += src/pg/actor.cpp
PG_SRCS += src/pg/format.cpp
PG_SRCS += src/pg/guard.cpp
PG_SRCS += src/pg/import.cpp
PG_SRCS += src/pg/import_batch.cpp
PG_SRCS += src/pg/import_doors.cpp
PG_SRCS += src/pg/module.cpp
PG_SRCS += src/pg/phone.cpp
PG_SRCS += src/pg/phone_planner.cpp
PG_SRCS += src/pg/spi.cpp
PG_SRCS += src/pg/trigger.cpp
