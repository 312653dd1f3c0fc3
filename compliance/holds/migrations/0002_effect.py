from django.db import migrations

from panel.kernel.db import holding, ledgers

EFFECTIVE = """
CREATE OR REPLACE FUNCTION panel_effective()
RETURNS TABLE (hold uuid, subject uuid, assistant uuid, item uuid, from_day date, to_day date)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH lines AS (
        SELECT l.hold_id, l.subject, l.assistant, l.item, l.from_day, l.to_day
        FROM holds_line l JOIN holds_hold h ON h.id = l.hold_id WHERE h.state IN ('active', 'cooling')
    ), persons AS (
        SELECT l.hold_id, l.subject AS said, coalesce(k.person_id, l.subject) AS person
        FROM lines l LEFT JOIN subjects_link k ON k.subject_id = l.subject AND k.ended_at IS NULL
        WHERE l.subject IS NOT NULL
    ), others AS (
        SELECT hold_id, said, person AS also FROM persons
        UNION
        SELECT p.hold_id, p.said, k.subject_id FROM persons p
        JOIN subjects_link k ON k.person_id = p.person AND k.ended_at IS NULL
    )
    SELECT hold_id, subject, assistant, item, from_day, to_day FROM lines
    UNION
    SELECT l.hold_id, o.also, l.assistant, l.item, l.from_day, l.to_day
    FROM lines l JOIN others o ON o.hold_id = l.hold_id AND o.said = l.subject
$$;
"""

# Steps of a hold, whoever takes them; placing takes the lock that deletions hold shared.
GUARD = """
CREATE FUNCTION holds_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a hold stays listed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_TABLE_NAME = 'holds_line' OR TG_OP = 'INSERT' THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('holds', 0));
        RETURN NEW;
    END IF;
    IF NEW.state IS DISTINCT FROM OLD.state THEN
        IF (OLD.state, NEW.state) NOT IN (('draft', 'active'), ('draft', 'discarded'), ('active', 'cooling'),
                                          ('cooling', 'active'), ('cooling', 'released')) THEN
            RAISE EXCEPTION 'no hold goes from % to %', OLD.state, NEW.state USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.state = 'released' AND NEW.released_at < OLD.cooling_since + interval '24 hours' THEN
            RAISE EXCEPTION 'a release waits for a day' USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.state = 'active' THEN PERFORM pg_advisory_xact_lock(hashtextextended('holds', 0)); END IF;
    END IF;
    IF OLD.state <> 'draft' AND (NEW.id, NEW.reference, NEW.placed_at) IS DISTINCT FROM (OLD.id, OLD.reference, OLD.placed_at)
       OR NEW.revision < OLD.revision
       OR OLD.state = NEW.state AND NEW.cooling_since IS DISTINCT FROM OLD.cooling_since THEN
        RAISE EXCEPTION 'this part of a hold does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER holds_guard BEFORE INSERT OR UPDATE OR DELETE ON holds_hold FOR EACH ROW EXECUTE FUNCTION holds_guard();
CREATE TRIGGER holds_guard BEFORE INSERT ON holds_line FOR EACH ROW EXECUTE FUNCTION holds_guard();
"""

# A destroyed data key destroys what it sealed. `panel_sealed_and_held` answers for records of which only some are held.
KEYS = """
CREATE FUNCTION panel_sealed_and_held(first uuid, second uuid) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$ BEGIN RETURN NULL; END $$;

CREATE FUNCTION held_kernel_datakey() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE kept uuid;
BEGIN
    IF OLD.wrapped IS NULL OR split_part(OLD.purpose, ':', 1) NOT IN ('content', 'subject', 'person', 'journal')
       OR TG_OP = 'UPDATE' AND NEW.wrapped IS NOT NULL THEN
        IF TG_OP = 'UPDATE' THEN RETURN NEW; END IF;
        RETURN OLD;
    END IF;
    PERFORM panel_lock_holds();
    SELECT e.hold INTO kept FROM panel_effective() e
    WHERE e.item IS NULL AND (e.subject IS NULL OR e.subject IN (OLD.owner, OLD.second_owner))
      AND (e.assistant IS NULL OR e.assistant IN (OLD.owner, OLD.second_owner)
           OR (e.subject IS NOT NULL AND OLD.second_owner IS NULL))
      AND (e.from_day IS NULL AND e.to_day IS NULL OR (e.subject IS NOT NULL AND OLD.second_owner IS NULL))
    LIMIT 1;
    IF kept IS NULL THEN kept := panel_sealed_and_held(OLD.owner, OLD.second_owner); END IF;
    IF kept IS NOT NULL THEN
        RAISE EXCEPTION 'this key is kept by the legal hold %', kept USING ERRCODE = 'PH001';
    END IF;
    IF TG_OP = 'UPDATE' THEN RETURN NEW; END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER held_delete BEFORE DELETE ON kernel_datakey FOR EACH ROW EXECUTE FUNCTION held_kernel_datakey();
CREATE TRIGGER held_change BEFORE UPDATE OF wrapped ON kernel_datakey FOR EACH ROW
    WHEN (NEW.wrapped IS NULL) EXECUTE FUNCTION held_kernel_datakey();
"""


class Migration(migrations.Migration):
    """A hold is in force on every way to delete, the application role's own SQL included."""

    dependencies = [
        ("holds", "0001_holds"),
        ("kernel", "0004_purging"),
        ("subjects", "0002_links_and_sessions"),
        ("people", "0005_density"),
    ]
    operations = [
        migrations.RunSQL(EFFECTIVE, migrations.RunSQL.noop),
        migrations.RunSQL(GUARD, "DROP FUNCTION holds_guard() CASCADE"),
        migrations.RunSQL(
            KEYS, "DROP FUNCTION held_kernel_datakey() CASCADE; DROP FUNCTION panel_sealed_and_held(uuid, uuid)"
        ),
        holding.protect("subjects_subject", subject="id"),
        holding.protect("subjects_subjectidentifier", subject="subject_id", keeps=("value",)),
        holding.protect("people_user", subject="id"),
        *[ledgers.protect(table) for table in ("holds_version", "holds_line", "holds_attempt")],
    ]
