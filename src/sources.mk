# The one list of sources: the Makefile includes it, CMakeLists.txt reads it. One source a line.
# CORE_SRCS never see postgres.h and are unit-tested without PostgreSQL; PG_SRCS are the extension's boundary.
CORE_SRCS += src/core/error.cpp
CORE_SRCS += src/core/csv/encoding.cpp
CORE_SRCS += src/core/csv/dialect.cpp
CORE_SRCS += src/core/csv/reader.cpp

PG_SRCS += src/pg/guard.cpp
PG_SRCS += src/pg/module.cpp
PG_SRCS += src/pg/actor.cpp
PG_SRCS += src/pg/csv.cpp
