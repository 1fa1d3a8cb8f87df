# The one list of sources: the Makefile includes it, CMakeLists.txt reads it. One source a line.
# CORE_SRCS never see postgres.h and are unit-tested without PostgreSQL; PG_SRCS are the extension's boundary.
CORE_SRCS += src/core/error.cpp
CORE_SRCS += src/core/phone/phone.cpp
CORE_SRCS += src/core/phone/library.cpp
CORE_SRCS += src/core/phone/clean.cpp
CORE_SRCS += src/core/phone/parse.cpp
CORE_SRCS += src/core/phone/metadata.cpp
CORE_SRCS += src/core/phone/find.cpp

PG_SRCS += src/pg/guard.cpp
PG_SRCS += src/pg/module.cpp
PG_SRCS += src/pg/actor.cpp
PG_SRCS += src/pg/trigger.cpp
PG_SRCS += src/pg/phone.cpp
PG_SRCS += src/pg/phone_planner.cpp
