from django.db import migrations

# A conversation has parts, each a record with an id of its own. `panel_parts` names them; until the slice that knows
# conversations replaces it, there are none.
SQL = """
CREATE FUNCTION panel_parts(whole uuid) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN RETURN; END $$;

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
    UNION
    SELECT l.hold_id, l.subject, l.assistant, part, l.from_day, l.to_day
    FROM lines l CROSS JOIN LATERAL panel_parts(l.item) part WHERE l.item IS NOT NULL
$$;
"""


class Migration(migrations.Migration):
    """A hold on a conversation keeps every message of it, those that come later too."""

    dependencies = [("holds", "0003_whom_it_touches")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
