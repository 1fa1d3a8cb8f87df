\echo Use "ALTER EXTENSION contacts UPDATE TO '0.2.0'" to load this file. \quit
