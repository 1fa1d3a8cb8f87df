# The one list of sources: the Makefile includes it, CMakeLists.txt reads it. One source a line.
# CORE_SRCS never see postgres.h and are unit-tested without PostgreSQL; PG_SRCS are the extension's boundary.
CORE_SRCS += src/core/error.cpp
CORE_SRCS += src/core/uuid.cpp
CORE_SRCS += src/core/email/email.cpp
CORE_SRCS += src/core/version.cpp
CORE_SRCS += src/core/place/country.cpp
CORE_SRCS += src/core/place/fold.cpp
CORE_SRCS += src/core/place/language.cpp

PG_SRCS += src/pg/guard.cpp
PG_SRCS += src/pg/module.cpp
PG_SRCS += src/pg/actor.cpp
PG_SRCS += src/pg/email.cpp
PG_SRCS += src/pg/place.cpp
PG_SRCS += src/pg/uuid.cpp
PG_SRCS += src/pg/version.cpp
PG_SRCS += src/pg/guard_probe.cpp
